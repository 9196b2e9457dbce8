import type { IdentityField, IdentityView } from '../messages/identity.js';
import { columns } from './layout.js';

const WORDS: Record<IdentityView['identity'], string> = {
  'as-expected': 'The document number is the expected one.',
  different: 'The document number is NOT the expected one.',
  'not-shown': 'A document number is expected, but the provider shows none now.',
  'nothing-expected': 'No document number is expected.',
};

/** The signer's data at the provider, for people. */
export function identityLines({ status, identity, fields }: IdentityView): string[] {
  return [
    `The provider says ${status}. ${WORDS[identity]}`,
    '',
    ...columns([
      ['FIELD', 'AT THE PROVIDER', 'EXPECTED', ''],
      ...fields.map((field) => [field.name, field.shown ?? '-', field.expected ?? '', sameWords(field)]),
    ]),
  ];
}

function sameWords({ same }: IdentityField): string {
  if (same === undefined) return '';
  return same ? 'same' : 'DIFFERENT';
}
