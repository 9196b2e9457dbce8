import type { Step } from '../course.js';
import { saidOf } from '../doubt.js';
import { type ProbeDocument, type SignatureContext } from './context.js';
import { uidOf } from './documents.js';

/** Deletes the documents, in every way that the provider may have. */
export const cleaningStep: Step<SignatureContext> = {
  name: 'cleaning',
  title: 'Delete the documents at the provider, delete one again, and delete by kind (signed, original)',
  calls: ['DELETE /document/{request_pk}/{uid}', 'GET /document/{request_pk}/{uid}', 'DELETE /document/{request_pk}'],
  async run(at) {
    const { run, people, settings } = at;
    const [first, second] = settings.documents;
    if (first !== undefined) {
      await remove(at, 'delete', first);
      await look(at, 'signed-left', first, 'signed');
      await look(at, 'original-left', first, 'original');
      await remove(at, 'delete-again', first);
    }
    if (second !== undefined) {
      await removeKind(at, 'delete-signed-query', second, 'query');
      const left = await look(at, 'signed-left-query', second, 'signed');
      await look(at, 'original-left-query', second, 'original');
      if (left) {
        await removeKind(at, 'delete-signed-path', second, 'path');
        await look(at, 'signed-left-path', second, 'signed');
      }
      await remove(at, 'delete-original', second);
    }
    const last = await run.call('delete-rest', () => at.client().deleteDocuments(at.requestPk('main')));
    people.say(
      last.error === undefined
        ? '    The documents are deleted.'
        : `    The last deletion failed: ${saidOf(last.error)}. Documents may be left at the provider.`,
    );
  },
};

/** A deletion without a kind. The product's client would also check it, so it is called once, as the provider documents it. */
async function remove(at: SignatureContext, occasion: string, document: ProbeDocument): Promise<void> {
  await at.run.call(occasion, () => at.client().removeDocument(at.requestPk('main'), uidOf(at, document)));
}

async function removeKind(
  at: SignatureContext,
  occasion: string,
  document: ProbeDocument,
  by: 'query' | 'path',
): Promise<void> {
  await at.run.call(occasion, () =>
    at.client().removeDocument(at.requestPk('main'), uidOf(at, document), { kind: 'signed', by }),
  );
}

/** Whether a file is still there. */
async function look(
  at: SignatureContext,
  occasion: string,
  document: ProbeDocument,
  kind: 'signed' | 'original',
): Promise<boolean> {
  const { error } = await at.run.call(occasion, async () =>
    (await at.client().getDocument(at.requestPk('main'), uidOf(at, document), kind)).stream.destroy(),
  );
  return error === undefined;
}
