import { sourceOf } from '../context.js';
import { type Step, cannotGoOnWithout } from '../course.js';
import { succeeded } from '../seen.js';
import { type EnrolmentContext, sha256Of, unlessCreated } from './context.js';

const LABEL = 'videoid probe';

/** Supporting documents, as profiles of organisations need them. */
export const evidenceStep: Step<EnrolmentContext> = {
  name: 'evidence',
  title: 'Upload a supporting document with POST and with PUT, look for it in the list, and upload it again',
  calls: [
    'POST and PUT /requests/{request_pk}/upload_videoid_evidence/',
    'GET /requests/{request_pk}/pl_get_documents/',
    'and a file that is no PDF',
  ],
  leaveOut: unlessCreated,
  async run(at) {
    const { run, people, settings } = at;
    const { evidence } = settings;
    const posted = await upload(at, 'evidence-post', evidence, 'POST');
    const isTaken = posted === undefined;
    const put = isTaken && at.isProduction ? undefined : await upload(at, 'evidence-put', evidence, 'PUT');
    if (posted !== undefined && put !== undefined) {
      cannotGoOnWithout(posted, {
        code: 'PROVIDER_REFUSED',
        words: 'It was refused',
        remedy: 'See what the provider says about the document. `--document` gives another one to a new probe.',
      });
    }
    const method = isTaken ? 'POST' : 'PUT';
    await at.learn({ evidenceMethod: method });
    const { value: isListed, last } = await run.call('documents', () =>
      at.client().hasEvidence(at.requestPk('main'), sha256Of(evidence)),
    );
    // The product's client also says no if there is no list.
    if (isListed !== undefined && last !== undefined && succeeded(last.exchange)) run.note('listed', isListed);
    if (!at.isProduction) {
      await upload(at, 'evidence-again', evidence, method);
      await upload(at, 'evidence-no-pdf', Buffer.from('This is a text, and no PDF.\n'), method);
    }
    people.say(
      `    ${method} is accepted. The list of documents ${isListed === true ? 'shows' : 'does not show'} the file.`,
    );
  },
};

/** Why the file was not taken. Undefined if it was. */
async function upload(at: EnrolmentContext, occasion: string, bytes: Buffer, evidenceMethod: 'POST' | 'PUT') {
  const document = { open: sourceOf(bytes), label: LABEL, index: 1 };
  const { error, last } = await at.run.call(occasion, () =>
    at.client({ evidenceMethod }).uploadEvidence(at.requestPk('main'), document),
  );
  // The answer may have other fields than documented.
  return last !== undefined && succeeded(last.exchange) ? undefined : error;
}
