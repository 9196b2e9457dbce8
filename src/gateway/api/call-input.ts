import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { VideoIdError } from '../../messages/failures.js';
import { STAGES } from '../../messages/status.js';
import { BodyNotRead, type BodyLimits, readBody } from '../body.js';

const yesOrNo = z.enum(['true', 'false']).transform((value) => value === 'true');
const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'give a whole number')
  .transform(Number);
const attempt = wholeNumber.refine((value) => value > 0, 'attempts count from 1').exactOptional();

/** Query of every call about one request. */
export const requestQuery = z.strictObject({ attempt });
export const identityQuery = z.strictObject({ attempt, officer: z.string().max(64).exactOptional() });
export const fileQuery = z.strictObject({ attempt, signed: yesOrNo.exactOptional() });
/** The longest `wait` for an outcome, in seconds. Proxies cut connections that are silent for longer. */
const LONGEST_WAIT = 60;
export const outcomeQuery = z.strictObject({
  attempt,
  wait: wholeNumber.refine((value) => value <= LONGEST_WAIT, `at most ${LONGEST_WAIT} seconds`).exactOptional(),
});
export const listQuery = z.strictObject({
  stage: z.enum(STAGES).exactOptional(),
  attention: yesOrNo.exactOptional(),
  limit: wholeNumber.refine((value) => value >= 1 && value <= 1000, 'give 1 to 1000').exactOptional(),
});
export const feedQuery = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,12}$/, 'use `next` of the last answer')
    .exactOptional(),
  limit: wholeNumber.refine((value) => value >= 1 && value <= 1000, 'give 1 to 1000').exactOptional(),
});
const documentIndex = wholeNumber;

/**
 * Reads a JSON object. Its fields are not checked here: every verb of the client checks its own argument.
 *
 * @throws VideoIdError BAD_INPUT
 */
export async function readJson(incoming: IncomingMessage, limits: BodyLimits): Promise<object> {
  let content: unknown;
  try {
    content = JSON.parse((await readBody(incoming, limits)).toString('utf8'));
  } catch (error) {
    const reason = error instanceof BodyNotRead ? error.reason : 'not JSON';
    throw new VideoIdError('BAD_INPUT', `The body of the call is ${reason}.`, {
      remedy: `Send a JSON object of at most ${limits.maximumBytes} bytes.`,
    });
  }
  return check(z.record(z.string(), z.unknown()), content, 'body');
}

/** @throws VideoIdError BAD_INPUT naming the query parameter */
export function readQuery<Schema extends z.ZodType>(url: string, schema: Schema): z.output<Schema> {
  return check(schema, Object.fromEntries(new URL(url).searchParams), 'query');
}

/** @throws VideoIdError BAD_INPUT */
export function readDocumentIndex(part: string): number {
  return check(documentIndex, part, 'index');
}

/** The schema's messages name types and limits, never the value. */
function check<Schema extends z.ZodType>(schema: Schema, value: unknown, whole: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys';
  const field = [...(issue?.path ?? []), ...(unknown ? issue.keys.slice(0, 1) : [])].join('.') || whole;
  throw new VideoIdError('BAD_INPUT', unknown ? `${field}: there is no such field.` : `${field}: ${issue?.message}.`, {
    field,
    remedy: 'Correct the field. docs/api.md lists the fields of each call.',
  });
}
