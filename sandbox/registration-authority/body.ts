import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { Refusal } from '../calls/answers.js';
import type { Body, Endpoint, UploadedFile } from '../calls/endpoint.js';
import { jsonFields, wholeBody } from '../one-shot/api.js';
import type { Behaviour } from '../settings/settings.js';
import type { Enrolment } from './enrolment.js';
import { detailed } from './refusals.js';

/** Reads the body of a call, also of a GET: JSON, or a form with files. The files are small, so they are kept in memory. */
export async function readBody(
  endpoint: Endpoint<Enrolment>,
  incoming: IncomingMessage,
  behaviour: Behaviour,
): Promise<Body> {
  if (endpoint.body === 'none') return empty();
  const type = incoming.headers['content-type'] ?? 'application/json';
  const isForm = /^(multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(type);
  if (!taken(endpoint.body, behaviour.ra.formBodies).includes(isForm ? 'form' : 'json')) {
    return empty(detailed(415, `Unsupported media type "${type.split(';', 1)[0] ?? ''}" in request.`));
  }
  if (isForm) return readForm(incoming, type, behaviour.uploadLimit);
  const read = jsonFields(await wholeBody(incoming));
  if (typeof read !== 'string') return { fields: read, files: [] };
  return empty(detailed(400, `JSON parse error - ${read}`));
}

function taken(
  body: 'json' | 'form' | 'multipart',
  formBodies: Behaviour['ra']['formBodies'],
): readonly ('form' | 'json')[] {
  if (body === 'json') return ['json'];
  if (body === 'multipart' || formBodies === 'form') return ['form'];
  return formBodies === 'json' ? ['json'] : ['form', 'json'];
}

/** @param limit the largest size of one file, in bytes */
async function readForm(incoming: IncomingMessage, type: string, limit: number): Promise<Body> {
  const fields: Record<string, unknown> = {};
  const files: UploadedFile[] = [];
  let tooLarge = false;
  try {
    const parser = new Busboy({ headers: { ...incoming.headers, 'content-type': type }, limits: { fileSize: limit } });
    parser.on('field', (name, value) => {
      fields[name] = value;
    });
    parser.on('file', (key, stream, filename, _encoding, contentType) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('limit', () => {
        tooLarge = true;
      });
      stream.on('end', () => files.push({ key, filename, contentType, bytes: Buffer.concat(chunks) }));
    });
    await pipeline(incoming, parser);
  } catch {
    return empty(detailed(400, 'Multipart form parse error - Invalid boundary in multipart')); // never shows the body
  }
  if (tooLarge) return empty(new Refusal(413, 'Request Entity Too Large'));
  return { fields, files };
}

function empty(problem?: Refusal): Body {
  return { fields: {}, files: [], ...(problem === undefined ? {} : { problem }) };
}
