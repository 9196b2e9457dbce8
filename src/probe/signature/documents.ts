import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sentence } from '../../messages/sentences.js';
import { sourceOf } from '../context.js';
import { type Step, cannotGoOn } from '../course.js';
import { Leaves } from '../found-ids.js';
import type { Tried } from '../run.js';
import type { ProbeDocument, SignatureContext } from './context.js';

/** Other names that the part of an upload might need. */
const PART_NAMES = ['document', 'files', 'pdf', 'upload', 'file1'];

export const documentsStep: Step<SignatureContext> = {
  name: 'documents',
  title: 'Upload two documents, read them back, delete them, and upload them again',
  calls: [
    'POST /document/{request_pk}',
    'GET /document/{request_pk}/{uid}',
    'DELETE /document/{request_pk}',
    'and a file that is no PDF',
  ],
  essential: true,
  async run(at) {
    const { run } = at;
    const pk = at.requestPk('main');
    const [first, ...others] = at.settings.documents;
    if (first === undefined) return;
    // Taken up again: what an interrupted run uploaded must not be signed beside the new files.
    if (run.wasTried('upload')) await run.call('delete-before', () => at.client().deleteDocuments(pk));
    await uploadNothing(at);
    await upload(at, first, 'upload');
    await readBack(at, first);
    await run.call('unknown-document', async () =>
      (await at.client({ signedFilePath: 'query' }).getDocument(pk, randomUUID(), 'original')).stream.destroy(),
    );
    const deleted = await run.call('delete-all', () => at.client().deleteDocuments(pk));
    await run.call('read-deleted', async () => (await original(at, first)).stream.destroy());
    if (deleted.error !== undefined) run.note('deviation: delete-all', 'documents cannot be deleted before signing');
    const isLeft = deleted.error !== undefined;
    for (const document of isLeft ? others : [first, ...others]) await upload(at, document, 'upload-again');
  },
};

async function uploadNothing(at: SignatureContext): Promise<void> {
  const open = sourceOf(Buffer.from('This is a text, and no PDF.\n'));
  const taken = await at.run.call('upload-no-pdf', () =>
    at.client().uploadDocument(at.requestPk('main'), { open, index: 9 }),
  );
  if (taken.value === undefined) return;
  at.run.note('deviation: upload-no-pdf', 'a file that is no PDF is accepted');
  await at.run.call('delete-no-pdf', () => at.client().deleteDocuments(at.requestPk('main')));
}

async function upload(at: SignatureContext, document: ProbeDocument, occasion: string): Promise<void> {
  const { run, people } = at;
  const order = { open: sourceOf(document.bytes), index: document.name === 'a' ? 1 : 2 };
  const call = async (name: string, sides = {}) =>
    run.call(name, () => at.client(sides).uploadDocument(at.requestPk('main'), order));
  let tried = await call(occasion);
  for (const uploadPartName of PART_NAMES) {
    if (tried.error?.kind !== 'refused' || tried.error.status === 412 || tried.error.status === 413) break;
    tried = await call(`upload-${uploadPartName}`, { uploadPartName });
    if (tried.value !== undefined) await at.learn({ uploadPartName });
  }
  const uid = tried.value?.uid ?? foundUid(at, tried);
  if (uid === undefined) {
    const { error } = tried;
    cannotGoOn(
      error?.code ?? 'PROVIDER_REFUSED',
      sentence(error?.words ?? 'The document was not taken'),
      error?.remedy ?? 'See what the provider says about the document. `--document` gives another one to a new probe.',
    );
  }
  await run.keepId(`${document.name}.document_uid`, uid);
  people.say(`    Document ${document.name.toUpperCase()} is uploaded.`);
}

/** The uid in an answer whose form is another than documented. */
function foundUid({ run }: SignatureContext, { last }: Tried<unknown>): string | undefined {
  const status = last?.exchange.answer?.status ?? 0;
  if (status < 200 || status > 299) return undefined;
  const uid = new Leaves(last?.json).id(/uid$|uuid|document.*id$/i, /^id$|^pk$/i);
  if (uid !== undefined)
    run.note('deviation: upload', 'the uid of an uploaded document stands in a field with another name');
  return uid;
}

export function uidOf(at: SignatureContext, { name }: Pick<ProbeDocument, 'name'>): string {
  return at.run.needed(`${name}.document_uid`);
}

function original(at: SignatureContext, document: ProbeDocument) {
  return at.client().getDocument(at.requestPk('main'), uidOf(at, document), 'original');
}

/** Which address gives the uploaded file. */
async function readBack(at: SignatureContext, document: ProbeDocument): Promise<void> {
  const pk = at.requestPk('main');
  const uid = uidOf(at, document);
  const ways = [
    ['original-query', { signedFilePath: 'query', originalDocumentType: 'original' }],
    ['original-plain', { signedFilePath: 'query', originalDocumentType: 'omitted' }],
    ['original-path', { signedFilePath: 'path' }],
  ] as const;
  for (const [occasion, sides] of ways) {
    const { error } = await at.run.call(occasion, () =>
      at.download(occasion, () => at.client(sides).getDocument(pk, uid, 'original')),
    );
    at.run.note(
      occasion,
      error === undefined && (await sha256Of(at.pathOf(occasion))) === document.sha256 ? 'same' : 'no',
    );
  }
}

export async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

export const contractStep: Step<SignatureContext> = {
  name: 'contract',
  title: 'Read the contract twice',
  calls: ['GET /contract/{request_pk}'],
  async run(at) {
    const { run, people } = at;
    const pk = at.requestPk('main');
    const contract = async (occasion: string, sides = {}) =>
      run.call(occasion, () => at.download(occasion, () => at.client(sides).getContract(pk)));
    let first = await contract('contract');
    if (first.error !== undefined) {
      const sides = { slashAfterSignAndContract: !at.assumed.slashAfterSignAndContract };
      const other = await contract('contract-slash', sides);
      if (other.error !== undefined) return;
      await at.learn(sides);
      first = other;
    }
    const again = await contract('contract-again');
    if (again.error !== undefined || first.last?.sha256 === undefined) return;
    const isSame = first.last.sha256 === again.last?.sha256;
    run.note('made-anew', !isSame);
    people.say(isSame ? '    Both are the same file.' : '    It is made anew at every reading.');
  },
};
