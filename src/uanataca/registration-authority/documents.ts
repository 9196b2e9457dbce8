import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RequestPk } from '../../messages/request.js';
import type { TextLimits } from '../http/answer-text.js';
import { ProviderError } from '../errors.js';
import type { Exchange } from '../exchange.js';
import { type CallName, PATHS } from './calls.js';

/** Limits for answers that contain files as JSON strings. They are held in memory. Bytes. */
export const WITH_FILES: TextLimits = { string: 33_554_432, whole: 33_554_432 };

const listSchema = z.array(z.object({ document: z.string() }));

/**
 * Whether the request's list of documents has a file with this hash (§8.2). False also if there is no list, or if it exceeds
 * the limit of an answer.
 */
export async function hasDocument(exchange: Exchange<CallName>, pk: RequestPk, sha256: string): Promise<boolean> {
  try {
    const order = { method: 'GET', path: PATHS.documents(pk) } as const;
    const { envelope } = await exchange.ask('documents', order, [], WITH_FILES);
    const list = listSchema.safeParse(envelope.payload).data ?? [];
    return list.some(({ document }) => hashOf(document) === sha256);
  } catch (error) {
    if (!(error instanceof ProviderError) || !listIsUnavailable(error)) throw error;
    return false;
  }
}

function listIsUnavailable({ kind, code }: ProviderError): boolean {
  return kind === 'refused' || code === 'PROVIDER_ANSWER_UNKNOWN';
}

/** The hash of a file in Base64, with or without line breaks. */
function hashOf(base64: string): string {
  return createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');
}
