import { OUTLINE } from '../messages/callback-outline.js';
import { type LoggedError, describeError } from './errors.js';

/** Ids, references, names of types and settings. Blanks, `@` and `+` are not allowed. */
const WORD = /^[A-Za-z0-9._~:-]{1,200}$/;
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
/** `host:port`, or an address of our own without path and query. */
const PLACE = /^(?:https?:\/\/)?[A-Za-z0-9.:[\]-]{1,255}$/;
/** A route as written in the program, parameters by name: `/webhooks/uanataca/:token`. */
const ROUTE = /^(?:\/(?::?[a-z][A-Za-z-]{0,40}|\*)?)+$/;
const SHA256 = /^[0-9a-f]{64}$/;
/** An IP address. */
const ADDRESS = /^[0-9a-f.:]{2,45}$/i;
const MEDIA_TYPE = /^(?:[a-z]{1,20}\/[a-z+-]{1,40}|other)$/;
/** Tells equal callbacks from others. */
const DELIVERY = /^[0-9a-f]{12}$/;

/**
 * Every field that may be logged, with the only allowed form of its value. To log more, add a line.
 * Never add personal data, names or contents of documents, links, tokens or codes.
 */
const FIELDS = {
  process: WORD,
  component: WORD,
  version: WORD,
  signal: WORD,
  pid: 'number',
  address: PLACE,
  port: 'number',

  reference: WORD,
  attempt: 'number',
  flow: WORD,
  environment: WORD,
  registrationAuthority: WORD,
  officer: WORD,
  optimizer: PLACE,
  requestPk: WORD,
  videoidPk: WORD,
  archiveId: WORD,
  stage: WORD,
  step: WORD,
  verb: WORD,
  outcome: WORD,
  reason: WORD,
  providerStatus: WORD,
  updateId: WORD,

  payload: WORD,
  eventType: CODE,
  delivery: DELIVERY,
  sourceAddress: ADDRESS,
  forwardedFor: ADDRESS,
  contentType: MEDIA_TYPE,
  /** Names and types of a callback's fields. */
  shape: OUTLINE,
  /** Milliseconds that the time in a callback is later than ours, if it is UTC. */
  clockAhead: 'number',

  workflowId: WORD,
  /** The number of an event in its run. */
  event: 'number',
  workflowType: WORD,
  runId: WORD,
  activityId: WORD,
  activityType: WORD,
  namespace: WORD,
  taskQueue: WORD,
  state: WORD,
  sdkComponent: WORD,
  target: WORD,
  grpcCode: WORD,

  method: WORD,
  route: ROUTE,
  httpStatus: 'number',
  code: CODE,
  setting: WORD,
  sha256: SHA256,
  index: 'number',
  count: 'number',
  bytes: 'number',
  milliseconds: 'number',
  durationMs: 'number',
  temporary: 'boolean',
} as const satisfies Record<string, RegExp | 'number' | 'boolean'>;

type Value<Form> = Form extends RegExp ? string : Form extends 'number' ? number : boolean;

/** What a log line may carry. `error` is reduced to its type, code and stack frames. */
export type LogFields = { [Name in keyof typeof FIELDS]?: Value<(typeof FIELDS)[Name]> | undefined } & {
  error?: unknown;
};

/** Replaces a value that does not have the form of its field. */
export const WITHHELD = '[withheld]';

/** The fields that may be logged. Others are dropped. Values of a wrong form are withheld. */
export function allowedFields(fields: object): Record<string, string | number | boolean | LoggedError> {
  const allowed: Record<string, string | number | boolean | LoggedError> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    if (name === 'error') allowed['error'] = describeError(value);
    else if (isField(name)) allowed[name] = has(FIELDS[name], value) ? value : WITHHELD;
  }
  return allowed;
}

function isField(name: string): name is keyof typeof FIELDS {
  return Object.hasOwn(FIELDS, name);
}

function has(form: RegExp | 'number' | 'boolean', value: unknown): value is string | number | boolean {
  if (form === 'number' || form === 'boolean') return typeof value === form;
  return typeof value === 'string' && form.test(value);
}
