import type { CardSecrets } from '../../uanataca/registration-authority/registration-authority.js';
import { type Step, cannotGoOnWithout } from '../course.js';
import { isCarriedOut } from '../doubt.js';
import { isAboutRaoField } from '../officer.js';
import type { Tried } from '../run.js';
import { read, waitFor } from '../waiting.js';
import { type EnrolmentContext, unlessCreated } from './context.js';
import { declare } from './paperwork.js';

const APPROVED = ['ENROLLREADY', 'ISSUED'];

/** The officer approves: by a call, or in the provider's console. */
export const approveStep: Step<EnrolmentContext> = {
  name: 'approve',
  title: 'Approve, and compare the secrets of the scratchcard with those in the answer',
  calls: [
    'POST /requests/{request_pk}/pl_approve/',
    'GET /scratchcards/',
    'GET /requests/{request_pk}/ until it shows ENROLLREADY',
  ],
  person: ({ settings, people }) =>
    settings.officer === undefined && people.attended ? 'approve the request in the provider’s console' : undefined,
  essential: true,
  leaveOut: unlessCreated,
  async run(at) {
    const { run, people, settings } = at;
    const before = await read(at, 'main');
    if (!APPROVED.includes(before.status ?? '')) {
      if (settings.officer === undefined) {
        await people.operate({ pk: at.requestPk('main') }, 'approve');
        run.note('decided', 'in the console');
      } else await approveAndCompare(at);
    }
    await waitFor(at, 'main', { statuses: [...APPROVED, 'CANCELLED'], words: 'Waiting for ENROLLREADY' });
  },
};

/** Secrets are compared in memory, and kept nowhere. */
async function approveAndCompare(at: EnrolmentContext): Promise<void> {
  const { run } = at;
  const secretsOf = async (occasion: string) =>
    (await run.call(occasion, () => at.client().scratchcard(at.card('main')))).value?.secrets;
  const before = await secretsOf('card');
  const approved = (await approve(at))?.secrets;
  const after = await secretsOf('card-after');
  note(at, 'secrets-read-again', before, after);
  note(at, 'secrets-of-approval', after ?? before, approved);
}

function note(
  { run }: EnrolmentContext,
  name: string,
  one: CardSecrets | undefined,
  other: CardSecrets | undefined,
): void {
  const [mine, theirs] = [revealed(one), revealed(other)];
  run.values.add(...Object.values(mine), ...Object.values(theirs));
  const common = Object.keys(mine).filter((each) => theirs[each] !== undefined);
  if (common.length === 0) return;
  run.note(name, common.every((each) => mine[each] === theirs[each]) ? 'same' : 'other');
}

function revealed(secrets: CardSecrets | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(secrets ?? {}).map(([name, secret]) => [name, secret.reveal()]));
}

type Approved = { secrets: CardSecrets } | undefined;

async function approve(at: EnrolmentContext): Promise<Approved> {
  const { run, settings } = at;
  const { officer } = settings;
  if (officer === undefined) return undefined;
  const call = async (
    occasion: string,
    sides: { receiptInApprove: boolean; raoAsString?: boolean },
    receipt?: string,
  ) => run.call(occasion, () => at.client(sides).approve(at.requestPk('main'), officer, receipt ? { receipt } : {}));
  let tried: Tried<NonNullable<Approved>> = await call('approve', { receiptInApprove: false });
  if (isAbout(tried, /receipt/i)) {
    const receipt = await declare(at, 'declaration-for-approval');
    if (receipt !== undefined) tried = await call('approve-receipt', { receiptInApprove: true }, receipt);
    if (tried.error === undefined) await at.learn({ receiptInApprove: true });
  } else if (isAboutRaoField(tried) || isAbout(tried, /\brao_id\b|invalid literal for int/i)) {
    const raoAsString = !at.assumed.raoAsString;
    tried = await call('approve-rao-number', { receiptInApprove: false, raoAsString });
    if (tried.error === undefined) await at.learn({ raoAsString });
  }
  const { value, error } = tried;
  if (error === undefined) return value;
  if (error.kind === 'unknown' && (await isCarriedOut(at, error, { statuses: APPROVED, what: 'approved' })))
    return value;
  return cannotGoOnWithout(error, {
    code: 'PROVIDER_REFUSED',
    words: 'It was refused',
    remedy: 'Correct what the provider names. Then go on with this file.',
  });
}

/** Whether a refusal is about a field. Credentials that are refused are not tried again: a wrong PIN may lock its officer out. */
function isAbout({ error, last }: Tried<unknown>, words: RegExp): boolean {
  if (error?.kind !== 'refused' || error.code === 'CREDENTIALS_REFUSED') return false;
  return [400, 412, 422].includes(error.status ?? 0) && words.test(last?.envelope?.text ?? '');
}
