import type { IncomingMessage } from 'node:http';
import { InvalidJson, refusalBody } from '../calls/answers.js';
import type { Api, Body } from '../calls/endpoint.js';
import type { SignatureRequest } from '../requests/requests.js';

/** The path of the One-Shot API V2 (§1.1). */
export const API_PATH = '/oneshot/api/v1';

/** How One-Shot names requests, reads bodies and refuses calls. */
export const ONE_SHOT: Api<SignatureRequest> = {
  named(provider, { request_pk: pk, videoid_pk: videoidPk }) {
    if (videoidPk !== undefined) return provider.parts.requests.findByVideoidPk(videoidPk);
    return pk === undefined ? undefined : provider.parts.requests.find(pk);
  },
  read: async (endpoint, incoming) => (endpoint.body === 'json' ? readJsonBody(incoming) : { fields: {}, files: [] }),
  refusal: refusalBody,
  failure: (_status, words) => ({ status: 'error', detail: words }),
};

async function readJsonBody(incoming: IncomingMessage): Promise<Body> {
  const read = jsonFields(await wholeBody(incoming));
  if (typeof read !== 'string') return { fields: read, files: [] };
  return { fields: {}, files: [], problem: new InvalidJson(read) };
}

/** The fields of a JSON object. An empty body has none. If the body cannot be read, the reason as text. */
export function jsonFields(given: string): Record<string, unknown> | string {
  if (given.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(given);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return 'Expecting an object';
    return Object.fromEntries(Object.entries(parsed));
  } catch {
    return 'Expecting value: line 1 column 1 (char 0)'; // the parser's own words would quote the body
  }
}

/** The body as text, also of a GET. */
export async function wholeBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
