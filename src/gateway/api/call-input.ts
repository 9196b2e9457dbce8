import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { plainWords } from '../../config/plain-words.js';
import { VideoIdError } from '../../messages/failures.js';
import { OUTCOME_KINDS } from '../../messages/outcome.js';
import { STAGES } from '../../messages/status.js';
import { BodyNotRead, type BodyLimits, notRead, readBody } from '../../http/body.js';

const yesOrNo = z.enum(['true', 'false']).transform((value) => value === 'true');
const wholeNumber = z
  .string()
  .regex(/^\d{1,9}$/, 'give a whole number')
  .transform(Number);
const attempt = wholeNumber.refine((value) => value > 0, 'attempts count from 1').exactOptional();

/** Query of every call about one request. */
export const requestQuery = z.strictObject({ attempt });
/** `event`: the status is at least as new as this event of the journal. */
export const statusQuery = z.strictObject({ attempt, event: wholeNumber.exactOptional() });
/** `after`: the last entry that the reader knows. */
export const eventsQuery = z.strictObject({ attempt, after: wholeNumber.exactOptional() });
export const identityQuery = z.strictObject({ attempt, officer: z.string().max(64).exactOptional() });
export const fileQuery = z.strictObject({ attempt, signed: yesOrNo.exactOptional() });
/** The longest `wait` for an outcome, in seconds. Proxies cut connections that are silent for longer. */
const LONGEST_WAIT = 60;
export const outcomeQuery = z.strictObject({
  attempt,
  wait: wholeNumber.refine((value) => value <= LONGEST_WAIT, `at most ${LONGEST_WAIT} seconds`).exactOptional(),
});
const text = z.string().max(200).exactOptional();
/** Addresses of calls end in logs. */
const onlyInBody = z
  .never('is personal data, and does not belong into the address of a call. `POST …/list` takes it in the body')
  .exactOptional();
/** The client checks the values. */
export const listQuery = z.strictObject({
  state: z.enum(['running', 'ended']).exactOptional(),
  outcome: z.enum(OUTCOME_KINDS).exactOptional(),
  stage: z.enum(STAGES).exactOptional(),
  attention: yesOrNo.exactOptional(),
  code: text,
  registrationAuthority: text,
  officer: text,
  prefix: text,
  providerId: text,
  createdFrom: text,
  createdTo: text,
  metadata: z
    .string()
    .regex(/^[^=]+=/, 'give name=value')
    .transform((pair) => ({ [pair.slice(0, pair.indexOf('='))]: pair.slice(pair.indexOf('=') + 1) }))
    .exactOptional(),
  email: onlyInBody,
  phone: onlyInBody,
  after: text,
  limit: wholeNumber.refine((value) => value >= 1 && value <= 1000, 'give 1 to 1000').exactOptional(),
});
/** The archive is searched for as long as it takes, so a call that finds few may be slow. */
export const recordedQuery = z.strictObject({
  flow: z.enum(['signature', 'enrolment']).exactOptional(),
  limit: wholeNumber.refine((value) => value >= 1 && value <= 1000, 'give 1 to 1000').exactOptional(),
});
export const deletionsQuery = z.strictObject({
  flow: z.enum(['signature', 'enrolment']).exactOptional(),
  after: text,
  limit: wholeNumber.exactOptional(),
});
export const feedQuery = z.strictObject({
  after: text,
  limit: wholeNumber.refine((value) => value >= 1 && value <= 1000, 'give 1 to 1000').exactOptional(),
});
const documentIndex = wholeNumber;

const jsonObject = z.record(z.string(), z.unknown());

/**
 * Reads a JSON object. No body is an empty one. Its fields are not checked here: every verb of the client checks its own argument. The type of the body is
 * only looked at if the body is not JSON: `curl --data` names another one.
 *
 * @throws VideoIdError BAD_INPUT, BODY_TOO_LARGE, BODY_TOO_SLOW, WRONG_CONTENT_TYPE
 */
export async function readJson(incoming: IncomingMessage, limits: BodyLimits): Promise<object> {
  const body = await readBody(incoming, limits).catch((error: unknown) => {
    throw error instanceof BodyNotRead ? notRead(error, limits) : error;
  });
  if (body.length === 0) return {};
  try {
    return check(jsonObject, JSON.parse(UTF_8.decode(body)), 'body');
  } catch (error) {
    if (error instanceof VideoIdError) throw error;
    throw isJson(incoming) ? notJson() : wrongType('application/json');
  }
}

/** Leaves a byte-order mark out. Bytes in another encoding are refused: they would become another name or reason. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** Whether the body says that it is JSON, or nothing. */
export function isJson({ headers }: IncomingMessage): boolean {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') return false;
  return /^$|^application\/([\w.-]+\+)?json\b/i.test(headers['content-type'] ?? '');
}

function notJson(): VideoIdError {
  return new VideoIdError('BAD_INPUT', 'The body of the call is not JSON in UTF-8.', {
    field: 'body',
    remedy: 'Send a JSON object.',
  });
}

/** @param wanted the types that the call reads */
export function wrongType(wanted: string): VideoIdError {
  return new VideoIdError('WRONG_CONTENT_TYPE', `The body of the call is not ${wanted}.`, {
    field: 'Content-Type',
    remedy: `Send ${wanted}, not compressed.`,
  });
}

/** @throws VideoIdError BAD_INPUT naming the query parameter */
export function readQuery<Schema extends z.ZodType>(url: string, schema: Schema): z.output<Schema> {
  const parameters = [...new URL(url).searchParams];
  const query = Object.fromEntries(parameters);
  // With a filter left out, a list would have more than was asked for.
  const field = parameters.map(([name]) => name).find((name, at, names) => names.indexOf(name) !== at);
  if (field !== undefined) throw wrongField(field, 'is given more than once');
  return check(schema, query, 'query');
}

/** @throws VideoIdError BAD_INPUT */
export function readDocumentIndex(part: string): number {
  return check(documentIndex, part, 'index');
}

/** The schema's messages name types and limits, never the value. */
function check<Schema extends z.ZodType>(schema: Schema, value: unknown, whole: string): z.output<Schema> {
  const result = schema.safeParse(value, { error: plainWords });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys';
  const field = [...(issue?.path ?? []), ...(unknown ? issue.keys.slice(0, 1) : [])].join('.') || whole;
  throw wrongField(field, unknown ? 'there is no such field' : (issue?.message ?? 'cannot be used'));
}

function wrongField(field: string, words: string): VideoIdError {
  return new VideoIdError('BAD_INPUT', `${field}: ${words}.`, {
    field,
    remedy: 'Correct the field. docs/api.md lists the fields of each call.',
  });
}
