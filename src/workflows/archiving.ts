import type { Retrieved, RetrieveOrder, StepFailure } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import type { FailureCode } from '../messages/failures.js';
import type { RequestRun } from './request-run.js';
import type { Remedies } from './steps.js';

/** What the story knows of what was signed. */
type Signed = Pick<RetrieveOrder, 'documents' | 'contract'>;
/** What an operator has decided about files that did not come as they should. */
type Decided = Pick<RetrieveOrder, 'accepted' | 'giveUp'> & { contractAsShown: boolean };

/** Trouble of ours: who gives up on the files could not store what came either. */
const OF_OURS = new Set<FailureCode>(['ARCHIVE_FULL', 'ARCHIVE_UNAVAILABLE', 'ARCHIVE_NOT_SHARED', 'BAD_SETTING']);

/**
 * Step 7: the signed files are fetched, stored and verified. It is signed, so nothing ends the request but this; whatever the provider
 * gives, an operator can keep it or go on without it.
 */
export async function archived(run: RequestRun, signed: Signed): Promise<Retrieved> {
  run.enter('archiving');
  run.deadline.clear();
  const retrieved = await retrieve(run, signed, { contractAsShown: false });
  const { documents, missing } = retrieved;
  run.state.happened('archived', {
    documents: documents.length,
    ...(missing === undefined ? {} : { missing: missing.documents.length + (missing.contract ? 1 : 0) }),
  });
  return retrieved;
}

function retrieve(run: RequestRun, signed: Signed, decided: Decided): Promise<Retrieved> {
  const { key, policy } = run.request;
  const order = {
    requestPk: run.requestPk,
    ...signed,
    filesWithin: policy.retrieve.filesWithin,
    download: policy.download,
    mayPass: policy.mayPass,
    verification: policy.verification,
    events: run.state.events,
    ...defined({ acceptedAt: run.state.acceptedAt }),
    ...decided,
  };
  return run.steps.run('retrieve', (activities) => activities.retrieve(key, order), {
    summary: 'fetch the signed files, store, verify and read them back',
    mayEnd: false,
    remedies: (failure) => remediesOf(failure, (more) => retrieve(run, signed, { ...decided, ...more })),
  });
}

function remediesOf(
  { code, facts }: StepFailure,
  again: (more: Partial<Decided>) => Promise<Retrieved>,
): Remedies<Retrieved> {
  if (code === 'VERIFICATION_NOT_PASSED')
    return { 'accept-files': () => again({ accepted: String(facts?.['files']) }) };
  return {
    ...(facts?.['file'] === 'contract' ? { skip: () => again({ contractAsShown: true }) } : {}),
    ...(OF_OURS.has(code) ? {} : { 'give-up': () => again({ giveUp: true }) }),
  };
}
