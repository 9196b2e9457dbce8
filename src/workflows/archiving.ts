import type { Retrieved, RetrieveOrder, StepFailure } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import { ARCHIVE_TROUBLE, type FailureCode } from '../messages/failures.js';
import type { Remedy } from '../messages/status.js';
import type { RequestRun } from './engine/request-run.js';

/** The uploaded documents and the contract, as they were before signing. */
type BeforeSigning = Pick<RetrieveOrder, 'documents' | 'contract'>;
/** What an operator decided about missing or wrong files. */
type Decided = Pick<RetrieveOrder, 'accepted' | 'giveUp'> & { contractAsShown: boolean };

/** Trouble of our own archive. Giving up on the files does not help: files that came could not be stored either. */
const OF_OURS = new Set<FailureCode>([...ARCHIVE_TROUBLE, 'BAD_SETTING']);

/**
 * Step 7: the signed files are fetched, stored and verified. The request is signed, so nothing else ends it. If files are missing
 * or wrong, an operator can keep them or go on without them.
 */
export async function archived(run: RequestRun, given: BeforeSigning): Promise<Retrieved> {
  run.enter('archiving');
  run.deadline.clear();
  const retrieved = await retrieve(run, given);
  const { documents, missing } = retrieved;
  run.state.happened('archived', {
    documents: documents.length,
    ...(missing === undefined ? {} : { missing: missing.documents.length + (missing.contract ? 1 : 0) }),
  });
  return retrieved;
}

async function retrieve(run: RequestRun, given: BeforeSigning): Promise<Retrieved> {
  const { key, policy } = run.request;
  let decided: Decided = { contractAsShown: false };
  for (;;) {
    const order = {
      requestPk: run.requestPk,
      ...given,
      filesWithin: policy.retrieve.filesWithin,
      download: policy.download,
      mayPass: policy.mayPass,
      verification: policy.verification,
      ...defined({ acceptedAt: run.state.acceptedAt }),
      ...decided,
    };
    const retrieval = await run.steps.run(
      'retrieve',
      (activities, journal) => activities.retrieve(key, order, journal),
      {
        summary: 'fetch the signed files, store, verify and read them back',
        mayEnd: 'never',
        remedies: retrieveRemedies,
      },
    );
    if (retrieval.end === 'done') return retrieval.value;
    decided = { ...decided, ...decidedBy(retrieval.resolution.remedy, retrieval.failure) };
  }
}

function retrieveRemedies({ code, facts }: StepFailure): Remedy[] {
  if (code === 'VERIFICATION_NOT_PASSED') return ['accept-files'];
  const remedies: Remedy[] = facts?.['file'] === 'contract' ? ['skip'] : [];
  return OF_OURS.has(code) ? remedies : [...remedies, 'give-up'];
}

function decidedBy(remedy: Remedy, { facts }: StepFailure): Partial<Decided> {
  if (remedy === 'accept-files') return { accepted: String(facts?.['files']) };
  return remedy === 'skip' ? { contractAsShown: true } : { giveUp: true };
}
