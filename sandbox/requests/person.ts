import { randomInt } from 'node:crypto';
import { z } from 'zod';

/** The person in front of the camera, as a test may define it. Dates are DD/MM/YYYY (§8.4). */
export const personSchema = z.strictObject({
  given_name: z.string(),
  surname_1: z.string(),
  surname_2: z.string().default(''),
  serial_number: z.string(),
  birth_date: z.string().default('01/01/1980'),
  id_document_type: z.string().default('IDC'),
  id_document_country: z.string().default('ES'),
  id_document_validity: z.string().default('31/12/2035'),
});

/** What the video says about the person. All of it is made up. */
export type Person = z.output<typeof personSchema>;

/** A made-up person. */
export function somebody(): Person {
  return personSchema.parse({
    given_name: 'NORA',
    surname_1: 'EJEMPLO',
    surname_2: 'PRUEBA',
    serial_number: `${randomInt(10_000_000, 99_999_999)}T`,
  });
}

/** Name and document, in words for people. */
export function personWords({ given_name, surname_1, surname_2, serial_number }: Partial<Person>): string {
  return `${[given_name, surname_1, surname_2].filter(Boolean).join(' ')}, document ${serial_number ?? ''}`;
}

/** The subject of a certificate: `IDCES-12345678Z` as in ETSI EN 319 412-1. */
export function subjectOf(
  fields: Partial<Person>,
  unnamed: string,
  serialNumber: 'with-prefix' | 'plain' | 'absent',
): { commonName: string; serialNumber?: string } {
  const { given_name, surname_1, surname_2, serial_number: number, id_document_type, id_document_country } = fields;
  const commonName = [given_name, surname_1, surname_2].filter(Boolean).join(' ') || unnamed;
  if (!number || serialNumber === 'absent') return { commonName };
  const prefix = `${id_document_type ?? 'IDC'}${id_document_country ?? 'ES'}-`;
  return { commonName, serialNumber: serialNumber === 'plain' ? number : prefix + number };
}
