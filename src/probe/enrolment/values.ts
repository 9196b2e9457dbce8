import { profileOf } from '../../messages/profiles.js';
import { FIELD_WORDS, isFieldName } from '../../messages/request-fields.js';
import type { People } from '../people.js';
import type { EnrolmentContext } from './context.js';

/** Made-up values, by the provider's names of fields. */
const MADE_UP: Readonly<Record<string, string>> = {
  country_name: 'ES',
  organization_name: 'Empresa de Prueba SL',
  organization_tax_number: 'B00000000',
  organization_identifier: 'VATES-B00000000',
  organization_city: 'Barcelona',
  responsible_serial: '00000000T',
  citizen_tax_number: '00000000T',
  serial_number: '00000000T',
  id_document_number: '00000000T',
  id_document_type: 'IDC',
  id_responsible_document_type: 'PAS',
  smartcard_sn: '00000000',
  birth_date: '1990-01-02',
};

function madeUp(name: string): string {
  if (name.endsWith('_email')) return 'probe@example.com';
  if (name.endsWith('_country')) return 'ES';
  return MADE_UP[name] ?? 'Prueba';
}

/**
 * A value for each field: as given with `--field`, the only one that the profile allows, as a person types it, or made up. It is
 * kept for the next run. Other fields that were given are among them.
 *
 * @param again fields whose value the provider did not take
 * @throws Stopped
 */
export async function valuesFor(
  { run, people }: EnrolmentContext,
  names: readonly string[],
  again: readonly string[] = [],
): Promise<Record<string, string>> {
  const { fields, profile } = run.secrets;
  const fixed: Record<string, string> = { ...profileOf(profile)?.fixed };
  for (const name of names) {
    const known = again.includes(name) ? undefined : (fields[name] ?? fixed[name]);
    const proposed = known ?? fields[name] ?? madeUp(name);
    fields[name] = known === undefined && people.attended ? await typed(people, name, proposed) : proposed;
    run.values.addPersonal(fields[name]);
  }
  await run.save();
  return { ...fields };
}

async function typed(people: People, name: string, proposed: string): Promise<string> {
  const words = isFieldName(name) ? `, ${FIELD_WORDS[name]}` : '';
  const line = await people.line(`    ${name}${words} (Enter = “${proposed}”)`);
  return line === '' ? proposed : line;
}
