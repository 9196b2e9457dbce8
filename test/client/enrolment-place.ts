import type { EnrolmentInput } from '../../src/client.js';
import { openPlace, type Place } from './place.js';

export const ORGANISATION = 'PFnubeQAFEmpresa';

/** A place with three registration authorities: 139 makes enrolments, 140 only signatures, and 141 also accepts unknown profiles. */
export async function openEnrolmentPlace(temporal: object): Promise<Place> {
  return await openPlace(temporal, (settings) => {
    settings.documents = { maximumBytes: 100_000 };
    const api = { address: 'https://127.0.0.1:1', certificate: 'env:PATH', key: 'env:PATH' };
    Object.assign(settings.environments['test'] ?? {}, { registrationAuthorityApi: api });
    const authority = { environment: 'test', profiles: ['PFnubeQAFCiudadano'] };
    settings.registrationAuthorities = {
      '139': { ...authority, enrolment: { secrets: 'seal' } },
      '140': authority,
      '141': { ...authority, profiles: ['Brand.New'], enrolment: { secrets: 'drop', unknownProfiles: true } },
    };
  });
}

/** An enrolment of a natural person, complete. */
export const NATURAL_PERSON = {
  registrationAuthority: '139',
  signer: { email: 'signer@example.com', phone: '+34600000000' },
} satisfies Partial<EnrolmentInput>;
