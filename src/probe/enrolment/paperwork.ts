import { buffer } from 'node:stream/consumers';
import type { RegistrationAuthorityAssumptions } from '../../uanataca/registration-authority/assumptions.js';
import type { EnrolmentRequest } from '../../uanataca/registration-authority/registration-authority.js';
import type { Step } from '../course.js';
import { read } from '../waiting.js';
import { type EnrolmentContext, sha256Of } from './context.js';

/** Declaration and contract, which the officer sees before approving. */
export const paperworkStep: Step<EnrolmentContext> = {
  name: 'paperwork',
  title: 'Generate the officer’s declaration twice, and read the contract in each documented way',
  calls: [
    'POST /requests/{request_pk}/generates_tbs_receipt/',
    'POST /requests/{request_pk}/pl_get_document/',
    'POST /requests/{request_pk}/generate_document/',
  ],
  leaveOut: ({ settings }) => (settings.officer === undefined ? 'it needs the id of an officer' : undefined),
  async run(at) {
    const { run, people } = at;
    const { request: before } = await read(at, 'main');
    const first = await declare(at, 'declaration');
    const again = await declare(at, 'declaration-again');
    if (first !== undefined && again !== undefined) run.note('declaration', first === again ? 'same' : 'another');
    const read1 = await contract(at, 'contract-json', { contractFrom: ['json'] });
    const read2 =
      read1 === undefined ? undefined : await contract(at, 'contract-json-again', { contractFrom: ['json'] });
    if (read1 !== undefined && read2 !== undefined) run.note('made-anew', read1 !== read2);
    const form = await contract(at, 'contract-form', { contractFrom: ['form'] });
    const known = read1 ?? form;
    await generate(at, known);
    const { request: after } = await read(at, 'main');
    if (before !== undefined && after !== undefined) run.note('request', isSame(before, after) ? 'same' : 'changed');
    people.say(`    The contract ${known === undefined ? 'came in no documented way' : 'is there'}.`);
  },
};

/** The text of a new declaration. It tells how the officer's id is sent, without any credentials. */
export async function declare(at: EnrolmentContext, occasion: string): Promise<string | undefined> {
  const { run, settings } = at;
  const { officer } = settings;
  if (officer === undefined) return undefined;
  const call = (name: string, sides = {}) =>
    run.call(name, () => at.client(sides).declaration(at.requestPk('main'), officer.rao));
  const tried = await call(occasion);
  if (tried.error?.kind !== 'refused' || occasion !== 'declaration') return tried.value?.receipt;
  const sides = { raoAsString: !at.assumed.raoAsString };
  const other = await call('declaration-rao-number', sides);
  if (other.error === undefined) await at.learn(sides);
  return other.value?.receipt;
}

/** The hash of the contract. Undefined if it cannot be read in this way. */
async function contract(
  at: EnrolmentContext,
  occasion: string,
  sides: Partial<RegistrationAuthorityAssumptions>,
): Promise<string | undefined> {
  const { officer } = at.settings;
  if (officer === undefined) return undefined;
  const { value } = await at.run.call(occasion, async () => {
    const { stream } = await at.client(sides).contract(at.requestPk('main'), officer.rao);
    return sha256Of(await buffer(stream));
  });
  return value;
}

/** A PDF as text: whether its characters are bytes, or UTF-8. The same contract from elsewhere shows whether it is whole. */
async function generate(at: EnrolmentContext, known: string | undefined): Promise<void> {
  for (const generatedContract of ['latin1', 'utf8'] as const) {
    const found = await contract(at, `contract-generate-${generatedContract}`, {
      contractFrom: ['generate'],
      generatedContract,
    });
    if (found === undefined) continue;
    at.run.note(
      generatedContract,
      known === undefined ? 'a PDF' : found === known ? 'the same contract' : 'another PDF',
    );
  }
}

function isSame(one: EnrolmentRequest, other: EnrolmentRequest): boolean {
  return one.status === other.status && JSON.stringify(one.fields) === JSON.stringify(other.fields);
}
