import { basename } from 'node:path';
import { Refusal, success, type Answer } from '../calls/answers.js';
import type { DocumentType } from '../state/document-files.js';
import { numberParameter, parameter } from '../faults/faults.js';
import type { HeldDocument, SignatureRequest } from '../requests/requests.js';
import { contractOf, signedByAnother } from '../signing/signing.js';
import { requestOf, type Call, type Endpoint } from '../calls/endpoint.js';
import { receiveDocuments } from './upload.js';

/** Documents and contract (§4.6, §4.7). */
export const DOCUMENT_ENDPOINTS: Endpoint[] = [
  {
    name: 'upload',
    method: 'POST',
    path: '/document/:request_pk',
    body: 'multipart',
    async work(call) {
      const request = liveRequest(call, (pk) => `Cannot upload document: Request ${pk} not found on disk`);
      const added = await receiveDocuments(call, request);
      request.documents.push(...added);
      call.provider.settle(request);
      const [only] = added;
      if (added.length === 1 && only !== undefined) return success(undefined, { name: only.key, uid: only.uid });
      if (call.behaviour.multiUploadAnswer === 'by-part') {
        return success(undefined, Object.fromEntries(added.map(({ key, uid }) => [key, uid])));
      }
      return success(
        undefined,
        added.map(({ key, uid, filename, sha256 }) => ({ digest: sha256, uid, key, filename })),
      );
    },
  },
  {
    name: 'get-document',
    method: 'GET',
    path: '/document/:request_pk/:uid',
    body: 'none',
    work(call) {
      // With the path form alone, FastAPI would know this path for DELETE only.
      if (call.behaviour.documentPath === 'path') throw new Refusal(405, 'Method Not Allowed');
      const type = call.query['document_type'];
      if (type === 'original' && call.behaviour.originalType === 'refused') {
        documentOf(call, type);
        throw new Refusal(422, "value is not a valid enumeration member; permitted: 'signed'");
      }
      return getDocument(call, type ?? call.behaviour.documentTypeDefault);
    },
  },
  {
    name: 'get-document',
    method: 'GET',
    path: '/document/:request_pk/:type/:uid',
    body: 'none',
    work(call) {
      if (call.behaviour.documentPath === 'query') throw new Refusal(404, 'Not Found');
      return getDocument(call, call.params['type'] ?? '');
    },
  },
  {
    name: 'delete-document',
    method: 'DELETE',
    path: '/document/:request_pk/:uid',
    body: 'none',
    work: deleteDocument,
  },
  {
    name: 'delete-document',
    method: 'DELETE',
    path: '/document/:request_pk/:type/:uid',
    body: 'none',
    work(call) {
      if (call.behaviour.deletionByType !== 'path') throw new Refusal(404, 'Not Found');
      return deleteDocument(call);
    },
  },
  {
    name: 'delete-documents',
    method: 'DELETE',
    path: '/document/:request_pk',
    body: 'none',
    work(call) {
      const request = requestOf(call, (pk) => `Request ${pk} not found`);
      const kinds = kindsToDelete(call);
      for (const document of request.documents) remove(call, request, document, kinds);
      request.documents = request.documents.filter((document) => isAnythingLeft(call, request, document));
      call.provider.settle(request);
      return success(`Documents deleted for Request ${request.pk}`);
    },
  },
  {
    name: 'get-contract',
    method: 'GET',
    path: '/contract/:request_pk',
    body: 'none',
    async work(call) {
      const request = liveRequest(call, (pk) => `Request ${pk} not found`);
      const { files } = call.provider.parts;
      if (!call.behaviour.contractIn.includes(request.status)) throw new Refusal(412, 'Invalid request status');
      const [first] = request.documents;
      const signed =
        first !== undefined && call.fault('file-swapped') !== undefined
          ? files.path(request.pk, 'signed', first.uid)
          : files.contractPath(request.pk, 'signed');
      const useSigned =
        request.status === 'ISSUED' &&
        areFilesThere(request) &&
        call.behaviour.contractAfterSigning === 'signed' &&
        call.fault('file-unsigned') === undefined;
      return pdf(call, useSigned ? signed : await contractOf(call.provider, request));
    },
  },
];

const KINDS: readonly DocumentType[] = ['original', 'signed'];

/** The kind that the call names in the way the settings choose. Otherwise the kind that a call without a name gets. */
function kindsToDelete({ behaviour, params, query }: Call): readonly DocumentType[] {
  const named = behaviour.deletionByType === 'query' ? query['document_type'] : params['type'];
  const kind = KINDS.find((each) => each === named);
  if (kind !== undefined) return [kind];
  return behaviour.deletionWithoutType === 'original' ? ['original'] : KINDS;
}

function deleteDocument(call: Call): Answer {
  const uid = call.params['uid'] ?? '';
  const kinds = kindsToDelete(call);
  const words = `Document not found with uid ${uid} and type ${kinds[0] ?? 'original'}`;
  const request = requestOf(call, () => words);
  const document = request.documents.find((each) => each.uid === uid);
  if (document === undefined || kinds.every((kind) => document.gone?.includes(kind))) throw new Refusal(404, words);
  remove(call, request, document, kinds);
  request.documents = request.documents.filter((each) => each !== document || isAnythingLeft(call, request, each));
  call.provider.settle(request);
  return success('Document successfully deleted');
}

function remove(call: Call, { pk }: SignatureRequest, document: HeldDocument, kinds: readonly DocumentType[]): void {
  for (const kind of kinds) call.provider.parts.files.removeDocument(pk, document.uid, kind);
  document.gone = [...new Set([...(document.gone ?? []), ...kinds])];
}

function isAnythingLeft({ provider }: Call, { pk }: SignatureRequest, { uid }: HeldDocument): boolean {
  const { files } = provider.parts;
  return KINDS.some((kind) => files.exists(files.path(pk, kind, uid)));
}

/** @throws Refusal if the provider does not have it */
function documentOf(call: Call, wanted: string): { request: SignatureRequest; uid: string; type: DocumentType } {
  const request = liveRequest(call, () => 'Document not found');
  const uid = call.params['uid'] ?? '';
  const type: DocumentType | undefined = wanted === 'signed' || wanted === 'original' ? wanted : undefined;
  const known = request.documents.some((each) => each.uid === uid && type !== undefined && !each.gone?.includes(type));
  const there = type === 'original' || (request.status === 'ISSUED' && areFilesThere(request));
  if (type === undefined || !known || !there) throw new Refusal(404, 'Document not found');
  return { request, uid, type };
}

async function getDocument(call: Call, wanted: string): Promise<Answer> {
  const { request, uid, type } = documentOf(call, wanted);
  const { files } = call.provider.parts;
  const given = call.fault('file-unsigned') === undefined ? type : 'original';
  if (call.fault('file-of-another') === undefined) return pdf(call, files.path(request.pk, given, uid));
  const other = await signedByAnother(call.provider, files.path(request.pk, 'original', uid), call.behaviour);
  const path = files.incomingPath(`${uid}-of-another.pdf`);
  files.write(path, other);
  return pdf(call, path);
}

async function pdf(call: Call, path: string): Promise<Answer> {
  const nothing = call.fault('file-no-pdf');
  if (nothing !== undefined) {
    return { kind: 'raw', status: 200, body: String(parameter(nothing, 'text')), contentType: 'application/pdf' };
  }
  if (call.fault('file-unreadable') !== undefined) {
    const { files } = call.provider.parts;
    const cut = files.incomingPath(`${basename(path)}-cut.pdf`);
    files.write(cut, (await files.read(path)).subarray(0, -24));
    return { kind: 'file', path: cut, contentType: 'application/pdf' };
  }
  const damaged = call.fault('file-damaged') !== undefined;
  const prefixed = call.fault('file-prefixed');
  const grown = call.fault('file-grown');
  return {
    kind: 'file',
    path,
    contentType: 'application/pdf',
    ...(damaged ? { change: damage } : {}),
    ...(prefixed === undefined ? {} : { before: String(parameter(prefixed, 'text')) }),
    ...(grown === undefined
      ? {}
      : { grown: { bytes: numberParameter(grown, 'bytes'), stated: parameter(grown, 'stated') === 'yes' } }),
  };
}

/** Changes a byte right after the header, which every signature covers. */
function damage(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.min(copy.length - 1, Math.max(0, copy.indexOf('\n')) + 1);
  copy[at] = (copy[at] ?? 0) ^ 0x01;
  return copy;
}

function areFilesThere(request: SignatureRequest): boolean {
  if (request.filesFrom === undefined) return true;
  return request.filesFrom !== null && Date.now() >= request.filesFrom;
}

/** A request whose folder still exists at the Optimizer. @throws Refusal */
function liveRequest(call: Call, words: (pk: string) => string): SignatureRequest {
  const request = requestOf(call, words);
  if (request.folderRemoved) throw new Refusal(404, words(String(request.pk)));
  return request;
}
