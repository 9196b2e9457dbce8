import { createHash } from 'node:crypto';
import type { Answer } from '../calls/answers.js';
import type { UploadedFile } from '../calls/endpoint.js';
import { text } from '../requests/raos.js';
import { enrolmentOf, json, raoOf, type RaCall, type RaEndpoint } from './endpoint.js';
import type { Enrolment, EnrolmentDocument } from './enrolment.js';
import { contractOf, signedContractOf } from './issuing.js';
import { detailed, invalidParameters, mistake, plain, wrongStatus } from './refusals.js';

const UPLOADED_TYPES = ['document_front', 'document_rear', 'document_owner', 'extra_document'];
const RAO_NEEDED_IN = ['CREATED', 'VIDEOREVIEW'];

/** Documents, evidence, declaration and contract (§8.2, §8.4). */
export const DOCUMENT_ENDPOINTS: RaEndpoint[] = [
  {
    name: 'ra-declaration',
    method: 'POST',
    path: '/requests/:request_pk/generates_tbs_receipt/',
    body: 'json',
    work(call) {
      const request = inPaperwork(call);
      const { id } = raoOf(call, 'rao');
      if (call.body['type'] !== 'APPROVE') throw invalidParameters(call.behaviour);
      return json({ serial_number: serialNumber(id), receipt: declaration(id, request) });
    },
  },
  {
    name: 'ra-generate-document',
    method: 'POST',
    path: '/requests/:request_pk/generate_document/',
    body: 'json',
    async work(call) {
      const request = inPaperwork(call);
      const type = text(call.body['doctype']);
      if (type !== 'contract' && type !== 'contract_renew') throw invalidParameters(call.behaviour);
      const bytes = await bytesAt(call, await contractOf(call.provider, request));
      // latin1 keeps every byte. UTF-8 does not.
      return json({ document: bytes.toString(call.behaviour.ra.rawPdf === 'latin1' ? 'latin1' : 'utf8') });
    },
  },
  {
    name: 'ra-get-document',
    method: 'POST',
    path: '/requests/:request_pk/pl_get_document/',
    body: 'form',
    async work(call) {
      const request = enrolmentOf(call);
      const type = text(call.body['type']) ?? '';
      if (![...UPLOADED_TYPES, 'contract', 'signed_contract'].includes(type)) throw invalidParameters(call.behaviour);
      if (RAO_NEEDED_IN.includes(request.status)) raoOf(call, 'rao_id');
      const paths = await pathsOf(call, request, type);
      if (paths.length === 0 && call.behaviour.ra.documentNotThere === '404') throw plain(404, 'No documents found');
      return json(
        await Promise.all(paths.map(async (path) => ({ document: base64(call, await bytesAt(call, path)), type }))),
      );
    },
  },
  {
    name: 'ra-get-documents',
    method: 'GET',
    path: '/requests/:request_pk/pl_get_documents/',
    body: 'none',
    async work(call) {
      const request = enrolmentOf(call);
      const { files } = call.provider.parts;
      return json(
        await Promise.all(
          request.documents.map(async ({ pk, type }) => ({
            pk,
            document: base64(call, await files.read(files.evidencePath(request.pk, pk))),
            type,
          })),
        ),
      );
    },
  },
  {
    name: 'ra-upload-document',
    method: 'POST',
    path: '/requests/:request_pk/pl_upload_document/',
    body: 'multipart',
    work(call) {
      const type = text(call.body['type']) ?? '';
      const request = enrolmentOf(call);
      if (!UPLOADED_TYPES.includes(type)) throw invalidParameters(call.behaviour);
      return keepDocument(call, request, { type });
    },
  },
  {
    name: 'ra-delete-document',
    method: 'POST',
    path: '/requests/:request_pk/pl_delete_document/',
    body: 'form',
    work(call) {
      const request = enrolmentOf(call);
      const wanted = text(call.body['docpk']);
      if (wanted === undefined) throw invalidParameters(call.behaviour);
      const document = request.documents.find(({ pk }) => String(pk) === wanted);
      if (document === undefined) throw plain(404, `No documents found with id ${wanted}`);
      request.documents = request.documents.filter((each) => each !== document);
      call.provider.settle(request);
      call.provider.parts.files.removeEvidence(request.pk, document.pk);
      return json({ status: 'Document deleted successfully' });
    },
  },
  ...(['POST', 'PUT'] as const).map((method): RaEndpoint => ({
    name: 'ra-upload-evidence',
    method,
    path: '/requests/:request_pk/upload_videoid_evidence/',
    body: 'multipart',
    work(call) {
      const { evidenceMethod } = call.behaviour.ra;
      if (evidenceMethod !== 'either' && evidenceMethod !== method) {
        throw detailed(405, `Method "${method}" not allowed.`);
      }
      const label = text(call.body['label']);
      const request = enrolmentOf(call);
      if (label === undefined) throw invalidParameters(call.behaviour);
      return keepDocument(call, request, { type: 'videoid_evidence', label });
    },
  })),
];

/** The request, if declaration and contract can be made now. @throws Refusal */
function inPaperwork(call: RaCall): Enrolment {
  const request = enrolmentOf(call);
  if (!call.behaviour.ra.paperworkIn.includes(request.status)) throw wrongStatus();
  return request;
}

/** @throws Refusal */
function keepDocument(call: RaCall, request: Enrolment, what: Pick<EnrolmentDocument, 'type' | 'label'>): Answer {
  const { ra } = call.behaviour;
  const file: UploadedFile | undefined = call.files.find(({ key }) => key === 'document');
  if (file === undefined || file.bytes.length === 0) throw invalidParameters(call.behaviour);
  if (!ra.documentsIn.includes(request.status)) throw wrongStatus();
  if (!ra.contentTypes.includes(file.contentType)) throw mistake('Invalid content_type');
  request.documentsEver += 1;
  const pk = (request.pk % 1_000_000) * 1000 + request.documentsEver;
  call.provider.parts.files.write(call.provider.parts.files.evidencePath(request.pk, pk), file.bytes);
  request.documents.push({ pk, contentType: file.contentType, size: file.bytes.length, ...what });
  call.provider.settle(request);
  return json({ pk, type: what.type }, 201);
}

/** Where the documents of a type are. @throws Refusal */
async function pathsOf(call: RaCall, request: Enrolment, type: string): Promise<string[]> {
  const { provider } = call;
  if (type === 'contract') return [await contractOf(provider, inPaperwork(call))];
  if (type === 'signed_contract') {
    const unsigned = call.fault('file-unsigned') !== undefined;
    const signed = unsigned ? await contractOf(provider, request) : signedContractOf(provider, request);
    return signed === undefined ? [] : [signed];
  }
  return request.documents
    .filter((document) => document.type === type)
    .map(({ pk }) => provider.parts.files.evidencePath(request.pk, pk));
}

async function bytesAt(call: RaCall, path: string): Promise<Buffer> {
  const bytes = await call.provider.parts.files.read(path);
  if (call.fault('file-damaged') === undefined) return bytes;
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 0x01;
  return bytes;
}

/** Base64, in lines of 76 characters if the settings say so. */
function base64(call: RaCall, bytes: Buffer): string {
  const whole = bytes.toString('base64');
  return call.behaviour.ra.base64Lines ? whole.replaceAll(/(.{76})(?=.)/g, '$1\n') : whole;
}

/** 16 hexadecimal digits: the RAO's certificate, always the same. */
function serialNumber(rao: string): string {
  return createHash('sha256').update(`RAO ${rao}`).digest('hex').slice(0, 16);
}

/** What the RAO declares. In Spanish and with Windows line ends, like the vendor's example. */
function declaration(rao: string, { pk, fields, profile }: Enrolment): string {
  const name = [fields['given_name'], fields['surname_1'], fields['surname_2']].filter(Boolean).join(' ');
  return [
    `El operador Sandbox ${rao}, en nombre de la autoridad de registro, DECLARA:`,
    '',
    `1. Que ha comprobado la identidad de ${name} y la documentación de la solicitud ${pk}.`,
    `2. Que aprueba la emisión de un certificado del perfil ${profile}.`,
    '',
    'Esta declaración es de prueba y no tiene efectos.',
  ].join('\r\n');
}
