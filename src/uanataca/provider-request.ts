import { z } from 'zod';
import { PROVIDER_STATUSES, type ProviderStatus, type RequestPk, type VideoidPk } from '../messages/request.js';
import { IDENTITY_FIELDS, type RequestFields } from '../messages/request-fields.js';
import { isFields } from './answers/fields.js';
import { requestPk, videoidPk } from './ids.js';

/** A request as the provider shows it. `email`, `phone` and `fields` are people's: compare them, never show them. */
export interface ProviderRequest {
  status: ProviderStatus;
  requestPk: RequestPk | undefined;
  videoidPk: VideoidPk | undefined;
  scratchcard: string | undefined;
  countryName: string | undefined;
  registrationAuthority: string | undefined;
  profile: string | undefined;
  email: string | undefined;
  phone: string | undefined;
  /** The identification data, by the provider's names. Empty fields are left out. */
  fields: RequestFields;
}

/** Text that may arrive as a number, be empty, or be missing. */
export const optionalText = z
  .union([z.string(), z.number()])
  .transform((value) => (value === '' ? undefined : String(value)))
  .optional()
  .catch(undefined);

const KNOWN = new Set<string>(PROVIDER_STATUSES);

/** Upper case, so that an envelope's own `"status": "success"` does not match. Documented statuses may have any case. */
export const status = z
  .string()
  .transform((value): ProviderStatus => {
    const upper = value.trim().toUpperCase();
    return KNOWN.has(upper) ? upper : value;
  })
  .refine((value) => /^[A-Z][A-Z_]{1,39}$/.test(value) && value !== 'OK');

/** §4.10, §8.2: strict about the status, lenient about all other fields. */
const schema = z.object({
  status,
  pk: requestPk.optional().catch(undefined),
  videoid_pk: videoidPk.optional().catch(undefined),
  scratchcard: optionalText,
  country_name: optionalText,
  registration_authority: optionalText,
  profile: optionalText,
  email: optionalText,
  mobile_phone_number: optionalText,
});

/** The request in an answer of either API; `undefined` without a status. */
export function requestIn(payload: unknown): ProviderRequest | undefined {
  const read = schema.safeParse(payload);
  if (!read.success) return undefined;
  const { data } = read;
  return {
    status: data.status,
    requestPk: data.pk,
    videoidPk: data.videoid_pk,
    scratchcard: data.scratchcard,
    countryName: data.country_name,
    registrationAuthority: data.registration_authority,
    profile: data.profile,
    email: data.email,
    phone: data.mobile_phone_number,
    fields: identityIn(payload),
  };
}

/** Whether content has a status that only a request has (§6). */
export function isRequest(payload: unknown): boolean {
  return KNOWN.has(requestIn(payload)?.status ?? '');
}

/** Fields from the request itself (§4.10), or from what the video read from the document (§8.4). */
function identityIn(payload: unknown): RequestFields {
  const read = ['videoid_data', 'data', 'ocr_data'].reduce<unknown>(
    (part, name) => (isFields(part) ? part[name] : undefined),
    payload,
  );
  const places = [payload, read].filter(isFields);
  return Object.fromEntries(
    IDENTITY_FIELDS.flatMap((name) => {
      const value = places.map((place) => optionalText.parse(place[name])?.trim()).find(Boolean);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
