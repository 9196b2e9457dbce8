import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import type { Readable } from 'node:stream';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { Refusal } from '../calls/answers.js';
import type { HeldDocument, SignatureRequest } from '../requests/requests.js';
import type { Call } from '../calls/endpoint.js';

/**
 * Streams the parts of an upload to disk. Nothing is kept unless all parts are good.
 * @throws Refusal
 */
export async function receiveDocuments(call: Call, request: SignatureRequest): Promise<HeldDocument[]> {
  const { behaviour, incoming } = call;
  const { files } = call.provider.parts;
  if (!behaviour.uploadIn.includes(request.status)) {
    throw new Refusal(412, 'Invalid request status');
  }
  const boundary = /^multipart\/form-data;.*boundary=/i.test(incoming.headers['content-type'] ?? '');
  if (!boundary) throw new Refusal(400, 'Missing required parameters');
  const parts: { document: HeldDocument; path: string; problem?: Refusal }[] = [];
  const streams: Readable[] = [];
  const writes: Promise<void>[] = [];
  try {
    const parser = new Busboy({
      headers: { ...incoming.headers, 'content-type': incoming.headers['content-type'] ?? '' },
      limits: { fileSize: behaviour.uploadLimit + 1 },
    });
    parser.on('file', (key, stream, filename) => {
      if (behaviour.uploadPart !== null && key !== behaviour.uploadPart) return void stream.resume();
      const uid = uidIn(behaviour.uidShape);
      const document = { uid, key, filename, size: 0, sha256: '', uploadedAt: new Date().toISOString() };
      const part: (typeof parts)[number] = { document, path: files.incomingPath(uid) };
      parts.push(part);
      streams.push(stream);
      writes.push(
        store(stream, part.path).then(({ size, sha256, startsAsPdf }) => {
          Object.assign(document, { size, sha256 });
          if (!startsAsPdf) {
            part.problem = new Refusal(415, `Unsupported file type: ${extname(filename).slice(1) || 'unknown'}`);
          } else if (size > behaviour.uploadLimit) part.problem = new Refusal(413, 'File too large');
        }),
      );
    });
    await pipeline(incoming, parser);
    await Promise.all(writes);
    const refused = parts.find((part) => part.problem !== undefined);
    if (refused?.problem !== undefined) throw refused.problem;
    checkCount(call, request, parts.length);
    return parts.map(({ document, path }) => {
      const target = files.path(request.pk, 'original', document.uid);
      mkdirSync(dirname(target), { recursive: true });
      renameSync(path, target);
      return document;
    });
  } finally {
    streams.forEach((stream) => stream.destroy()); // the caller may have ended the call
    await Promise.allSettled(writes);
    parts.forEach(({ path }) => rmSync(path, { force: true }));
  }
}

function checkCount({ behaviour }: Call, request: SignatureRequest, added: number): void {
  if (added === 0) throw new Refusal(400, 'Missing required parameters', ['file']);
  const counted = behaviour.documentLimitPer === 'call' ? added : added + request.documents.length;
  if (counted > behaviour.documentLimit) {
    throw new Refusal(400, `Maximum number of document reached for Request ${request.pk}`);
  }
}

async function store(stream: Readable, path: string): Promise<{ size: number; sha256: string; startsAsPdf: boolean }> {
  const hash = createHash('sha256');
  let size = 0;
  let head = Buffer.alloc(0);
  const measured = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      if (head.length < 1024) head = Buffer.concat([head, chunk.subarray(0, 1024)]);
      done(null, chunk);
    },
  });
  await pipeline(stream, measured, createWriteStream(path, { mode: 0o600 }));
  return { size, sha256: hash.digest('hex'), startsAsPdf: head.includes('%PDF-') };
}

function uidIn(shape: 'uuid' | 'hex'): string {
  const uuid = randomUUID();
  return shape === 'hex' ? uuid.replaceAll('-', '') : uuid;
}
