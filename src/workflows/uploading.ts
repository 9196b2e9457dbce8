import type { SignatureActivities, StepFailure } from '../messages/activities.js';
import { IDENTITY_ACCEPTED, type IdentityAccepted } from '../messages/identity.js';
import type { Remedy } from '../messages/status.js';
import type { RequestRun } from './engine/request-run.js';

type Uploaded = Awaited<ReturnType<SignatureActivities['upload']>>;
/** What an operator has said about the contract, and about who signs. */
type Allowed = Pick<Parameters<SignatureActivities['upload']>[1], 'contractAsItCame' | 'identity'>;

/** It is signed already, and nobody here knows the documents at the provider. They are asked for when the signed files are fetched. */
const NOT_KNOWN: Uploaded = { documents: [], contract: { sha256: '', size: 0 } };

/** Steps 3 and 4: the documents go up, and the contract comes down to be shown with them. */
export async function documentsUploaded(run: RequestRun): Promise<Uploaded> {
  const { state, request } = run;
  run.enter('preparing');
  const uploaded = await upload(run);
  if (uploaded === 'signed-before') {
    state.see({ status: 'ISSUED' }, 'poll');
    return NOT_KNOWN;
  }
  state.identified(uploaded.identity);
  state.shownFrom = Date.now();
  const { sha256: contract } = uploaded.contract;
  state.toAccept = { documents: request.documents.map(({ sha256 }) => sha256), contract };
  state.happened('documents-uploaded', { documents: request.documents.length, contract });
  return uploaded;
}

/** `signed-before`: the provider has signed, and the archive does not know which documents. */
async function upload({ steps, request, requestPk }: RequestRun): Promise<Uploaded | 'signed-before'> {
  const { key, documents, policy } = request;
  let allowed: Allowed = {};
  for (;;) {
    const order = { requestPk, documents, download: policy.download, ...allowed };
    const attempt = await steps.run('upload', (activities, journal) => activities.upload(key, order, journal), {
      summary: `upload ${documents.length} document(s), fetch the contract`,
      remedies: uploadRemedies,
      failsOn: ({ code }) => code === 'SIGNED_FILES_MISSING',
    });
    if (attempt.end === 'failed') return 'signed-before';
    if (attempt.end === 'done') return attempt.value;
    const identity = acceptableSigner(attempt.failure);
    allowed = { ...allowed, ...(identity ? { identity } : { contractAsItCame: true }) };
  }
}

function uploadRemedies(failure: StepFailure): Remedy[] {
  if (failure.code === 'PROVIDER_FILE_NOT_A_PDF') return ['accept-files'];
  return acceptableSigner(failure) ? ['accept-signer'] : [];
}

/** Approvals in the provider's console do not check the document number. An operator may accept it here. */
function acceptableSigner({ code, facts }: StepFailure): IdentityAccepted | undefined {
  if (code !== 'SIGNER_UNEXPECTED') return undefined;
  return IDENTITY_ACCEPTED.find((word) => word === `accepted-although-${String(facts?.['identity'])}`);
}
