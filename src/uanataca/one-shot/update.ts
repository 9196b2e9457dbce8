import { IDENTITY_FIELDS, type IdentityFields } from '../../messages/request-fields.js';
import type { Assumptions } from './assumptions.js';
import type { ProviderRequest } from '../provider-request.js';

/** The signer's new data. Fields that are left out do not change. */
export interface NewSignerData {
  email: string;
  phone: string;
  fields?: IdentityFields | undefined;
}

/** The body of Update Request (§4.11). It is a full PUT, so the data that was read is sent back with the new data. */
export function updateOf(
  read: ProviderRequest,
  { email, phone, fields }: NewSignerData,
  { countryName, identityCorrectable, updateSendsBack }: Assumptions,
): Record<string, string | undefined> {
  const back = updateSendsBack === 'all' ? IDENTITY_FIELDS.filter((name) => identityCorrectable.includes(name)) : [];
  return {
    ...Object.fromEntries(back.map((name) => [name, read.fields[name]])),
    scratchcard: read.scratchcard,
    registration_authority: read.registrationAuthority,
    profile: read.profile,
    country_name: read.countryName ?? countryName,
    email,
    mobile_phone_number: phone,
    ...fields,
  };
}
