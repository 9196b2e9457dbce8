import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { Provision } from '../../src/client.js';
import { PROJECT } from '../project.js';

/** The folder of the sample documents. */
export const SAMPLES = join(PROJECT, 'samples');

/** The certificate profiles of a natural person, and of a member of an organisation. */
export const PROFILES = { person: 'PFnubeQAFCiudadano', organisation: 'PFnubeQAFEmpresa' } as const;

/** What the certificate of an organisation needs and no video gives. The organisation is made up. */
export const ORGANISATION_FIELDS = {
  organization_name: 'Ejemplo SL',
  organization_country: 'ES',
  organization_email: 'office@example.com',
  organization_tax_number: 'B00000000',
  responsible_name: 'Nora',
  responsible_first_surname: 'Ejemplo',
  responsible_serial: '00000000T',
  title: 'Director',
};

/** A placeholder for the deed of the organisation. */
export const DEED = { name: 'deed.pdf', content: join(SAMPLES, 'annex.pdf') };

/** Everything that the enrolment of an organisation lacks after the video. */
export function provisionOfAll(): Provision {
  return { actor: { kind: 'requester' }, fields: ORGANISATION_FIELDS, documents: [DEED] };
}

/** A made-up signer. Each has a different phone, so that a fault at the provider can affect only this one. */
export function aSigner(): { email: string; phone: string } {
  return { email: 'signer@example.com', phone: `+346${randomInt(10_000_000, 99_999_999)}` };
}
