import type { EnrolmentView } from '../../sandbox/client/sandbox-client.js';
import { VideoIdError } from '../../src/messages/failures.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { ORGANISATION_FIELDS } from '../people/requester.js';
import type { EnrolmentRole } from './enrolment-role.js';
import { DROPS_SECRETS } from './installation.js';
import { keyOf, type Played, type Scene } from './scene.js';

/** The checks that only enrolments need. */
export async function checkEnrolment(
  scene: Scene<EnrolmentRole>,
  outcome: Outcome,
  made: readonly EnrolmentView[],
): Promise<string[]> {
  const { at, role, played } = scene;
  const known = await at.archive.readProvider(keyOf(role));
  const mine = made.find(({ pk }) => String(pk) === known?.requestPk);
  return [
    ...checkDecisions(role, made),
    ...(mine === undefined ? checkNothingMade(outcome, made) : checkEnd(role, played, outcome, mine)),
    ...(mine === undefined ? [] : await checkSecrets(scene, mine)),
  ];
}

/** The provider's view of an enrolment: everything that shows the effects of our calls. */
export type EnrolmentEffects = Pick<
  EnrolmentView,
  'scratchcard' | 'status' | 'history' | 'fields' | 'missing' | 'done'
> & {
  documents: { type: string }[];
};

/** Each request uses one card. It is approved at most once, and by us only if an officer did so. */
export function checkDecisions(
  { officer, subject }: Pick<EnrolmentRole, 'officer' | 'subject'>,
  made: readonly EnrolmentEffects[],
): string[] {
  const wrong: string[] = [];
  const cards = new Set(made.map(({ scratchcard }) => scratchcard)).size;
  if (cards < made.length) wrong.push(`${made.length} requests share ${cards} scratchcards`);
  const times = made.reduce((sum, { history }) => sum + history.filter(({ cause }) => cause === 'approved').length, 0);
  if (times > 1) wrong.push(`approved ${times} times`);
  const ours = made.reduce((sum, { done }) => sum + (done['ra-approve'] ?? 0), 0);
  if (ours > (officer === 'approves' && subject === 'organisation' ? 1 : 0)) wrong.push(`we approved ${ours} times`);
  return wrong;
}

function checkNothingMade({ outcome }: Outcome, made: readonly unknown[]): string[] {
  if (outcome === 'enrolled') return ['enrolled, but no request at the provider is known'];
  return made.length === 0 ? [] : [`the ${made.length} requests at the provider are not known`];
}

/** Our end matches the provider's status, and the certificate has everything that it needs. */
export function checkEnd(
  { subject, untilIssued }: Pick<EnrolmentRole, 'subject' | 'untilIssued'>,
  { consoleCancelled }: Pick<Played, 'consoleCancelled'>,
  { outcome, reason }: Pick<Outcome, 'outcome' | 'reason'>,
  { status, fields, missing, documents }: EnrolmentEffects,
): string[] {
  if (outcome !== 'enrolled')
    return untilIssued && status === 'ISSUED' ? [`ended ${reason}, but the certificate is issued`] : [];
  const wrong: string[] = [];
  const right =
    reason === 'issued' ? ['ISSUED'] : ['ENROLLREADY', 'ISSUED', ...(consoleCancelled ? ['CANCELLED'] : [])];
  if (!right.includes(status)) wrong.push(`enrolled (${reason}), but the provider says ${status}`);
  if (missing.length > 0) wrong.push(`enrolled, but the provider still needs ${missing.join(', ')}`);
  if (subject === 'person') return wrong;
  const other = Object.entries(ORGANISATION_FIELDS).filter(([name, value]) => fields[name] !== value);
  if (other.length > 0) wrong.push(`the provider has other data: ${other.map(([name]) => name).join(', ')}`);
  if (documents.length === 0) wrong.push('the deed is not at the provider');
  return wrong;
}

/** The secrets of the used card are kept sealed if the settings say so. No other secrets are kept. */
async function checkSecrets({ at, role }: Scene<EnrolmentRole>, mine: EnrolmentView): Promise<string[]> {
  const kept = await at.client
    .secrets(role.reference, { actor: { kind: 'operator', id: 'soak' } })
    .catch((error: unknown) => {
      if (error instanceof VideoIdError && error.code === 'NOT_NOW') return undefined;
      throw error;
    });
  if (role.authority === DROPS_SECRETS) return kept === undefined ? [] : ['secrets are kept that should be deleted'];
  if (kept?.scratchcard === undefined) return ['the secrets of the scratchcard are not kept'];
  const { enrollment_code: enrollmentCode, ...others } = mine.secrets;
  const right = Object.entries({ ...others, enrollmentCode });
  return Object.entries(kept)
    .filter(([, secrets]) => right.some(([name, value]) => secrets[name] !== value))
    .map(([of]) => `the kept secrets of the ${of} are not those of its card`);
}
