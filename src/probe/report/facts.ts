import { PROVIDER_STATUSES } from '../../messages/request.js';
import { IDENTITY_FIELDS } from '../../messages/request-fields.js';
import type { Exchange, ProbeFile } from '../file.js';
import { fieldOf, refuses, Seen } from '../seen.js';

/** What differs from what the product expects, and is no assumption. */
export function deviationsOf(file: ProbeFile): string[] {
  const known = new Set<string>(PROVIDER_STATUSES);
  const statuses = new Seen(file).statuses.filter((status) => !known.has(status));
  return [
    ...file.notes
      .filter(({ name }) => name.startsWith('deviation: '))
      .map(({ step, value }) => `${step}: ${String(value)}`),
    ...file.notes
      .filter(({ name, value }) => name.startsWith('reasons: ') && Array.isArray(value) && value.length > 0)
      .map(({ name, value }) => `${name.replace('reasons: ', '')}: verification says ${String(value)}`),
    ...statuses.map((status) => `get request shows ${status}, which no document names`),
  ];
}

/** Notes with the names that people know them by. */
const FACTS: readonly (readonly [words: string, step: string, note: string])[] = [
  ['form of a code', 'code', 'code'],
  ['status after a wrong code', 'code', 'status-after-wrong-code'],
  ['contract made anew at every reading, before signing', 'contract', 'made-anew'],
  ['contract made anew at every reading, after signing', 'signed', 'made-anew'],
  ['contract signed by', 'signed', 'contract-signers'],
  ['signature level of a document', 'signed', 'level: signed-a'],
  ['signature level of a document that was signed before', 'signed', 'level: signed-b'],
  ['signature level of the contract', 'signed', 'level: contract-signed'],
  ['reasons that the verification of a document gives', 'signed', 'reasons: signed-a'],
  ['reasons that the verification of a document gives that was signed before', 'signed', 'reasons: signed-b'],
  ['reasons that the verification of the contract gives', 'signed', 'reasons: contract-signed'],
  ['signatures added to a document', 'signed', 'signatures: signed-a'],
  ['earlier signatures of a document', 'signed', 'earlier-signatures'],
  ['signature algorithm', 'signed', 'signatureAlgorithm: signed-a'],
  ['certificate as qualified', 'signed', 'qcCompliance: signed-a'],
  ['signed files came after ISSUED, in ms', 'signed', 'files-after'],
  ['waited for the video, in ms', 'video', 'waited'],
  ['waited for ENROLLREADY, in ms', 'approve', 'waited'],
  ['waited for ISSUED, in ms', 'signed', 'waited'],
  ['status after a cancellation', 'third', 'status-after-cancel'],
  ['asked twice, the API names the same unused scratchcard', 'scratchcard', 'same-card'],
  ['scratchcards on a page', 'scratchcard', 'page-size'],
  ['scratchcard used after the create', 'create', 'used-after'],
  ['request found by its scratchcard after, in ms', 'create', 'find: after'],
  ['status after the validation', 'validation', 'landed'],
  ['waited for the validation, in ms', 'validation', 'waited'],
  ['missing fields', 'fields', 'missing'],
  ['a change of a field from the video', 'fields', 'from-video'],
  ['text of a second declaration', 'paperwork', 'declaration'],
  ['contract made anew at every reading', 'paperwork', 'made-anew'],
  ['status after a cancellation', 'second', 'status-after-cancel'],
  ['scratchcard used after a cancellation', 'second', 'used-after-cancel'],
];

/** What was seen beside the assumptions. */
export function factsOf(file: ProbeFile): [string, string][] {
  const seen = new Seen(file);
  const notes = FACTS.flatMap(([words, step, name]): [string, string][] => {
    const value = seen.note(step, name);
    if (value === undefined) return [];
    if (Array.isArray(value)) return [[words, value.length === 0 ? 'none' : value.join(', ')]];
    return [[words, typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)]];
  });
  const statuses = seen
    .notes('statuses')
    .map(
      ({ step, value }) =>
        [`statuses in the step ${step}`, Array.isArray(value) ? value.join(', ') : ''] as [string, string],
    );
  return [...notes, ...statuses.filter(([, words]) => words !== ''), ...identityOf(seen)];
}

/** Which fields of the signer get request shows in which status. */
function identityOf(seen: Seen): [string, string][] {
  const statusesOf = new Map<string, Set<string>>();
  for (const { answer } of seen.all('read')) {
    const status = fieldOf(answer?.body, 'status');
    if (status?.type !== 'string' || status.is === undefined) continue;
    const fields = IDENTITY_FIELDS.filter((name) => {
      const field = fieldOf(answer?.body, name);
      return field?.type === 'string' && (field.length ?? 0) > 0;
    });
    const key = fields.length === 0 ? 'none' : fields.join(', ');
    statusesOf.set(key, (statusesOf.get(key) ?? new Set()).add(status.is));
  }
  return [...statusesOf].map(([fields, statuses]) => [
    `fields of the signer shown in ${[...statuses].join(', ')}`,
    fields,
  ]);
}

/**
 * How the provider refuses, each call once.
 *
 * @param words unknown words by hash, redacted
 */
export function refusalsOf({ exchanges }: ProbeFile, words: Readonly<Record<string, string>>): string[] {
  const refused = exchanges.filter(refuses).map((exchange) => refusalOf(exchange, words));
  return [...new Set(refused)];
}

function refusalOf({ occasion, answer }: Exchange, words: Readonly<Record<string, string>>): string {
  const { is, hash } = answer?.words ?? {};
  const said = is ?? words[hash ?? ''];
  const form = answer?.form === 'json' ? '' : `, ${answer?.form ?? 'no answer'}`;
  return `${occasion}: HTTP ${answer?.status ?? 0}${said === undefined ? form : `, “${said}”`}`;
}
