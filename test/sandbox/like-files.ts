import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding, Note, ProbeFile, SeenCallback, Shape } from '../../src/probe/file.js';
import { KnownValues } from '../../src/probe/recording/known-values.js';
import { knownText } from '../../src/probe/recording/known-words.js';
import { hashOf, shapeOf } from '../../src/probe/recording/shape.js';
import { readEnvelope } from '../../src/uanataca/answers/envelope.js';
import { Stand } from './support.js';

/** A key for all hashes of the tests. */
const SHOWING = { key: Buffer.alloc(32, 7), values: new KnownValues() };

/** The shape of a value, as a probe records it. */
export function shape(value: unknown): Shape {
  return shapeOf(value, SHOWING);
}

/** The hash of words, as a probe records them. */
export function hash(words: string): string {
  return hashOf(words, SHOWING);
}

type Exchange = ProbeFile['exchanges'][number];
type Answer = NonNullable<Exchange['answer']>;

/** One answered call. `body`: JSON, or the text of an answer in another form. */
export function exchange(
  place: string,
  status: number,
  body: unknown,
  more: Partial<Answer & { at: number }> = {},
): Exchange {
  const [step = '', occasion = ''] = place.split('/');
  const { at = 0, ...answer } = more;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { form, text: said, succeeded, origin, own, bare, speaks } = readEnvelope(text);
  const is = knownText(said);
  const refuses = status >= 400 || succeeded === false;
  const words = is === undefined ? { length: said.length, hash: hash(said) } : { is, length: said.length };
  return {
    number: 1,
    step,
    occasion,
    at,
    method: 'GET',
    path: /(signed|original|left)-path$/.test(place) ? '/document/{request_pk}/signed/{document_uid}' : '/',
    answer: {
      status,
      headers: [],
      form,
      ...(form === 'json' ? { body: shape(body), contentType: 'application/json' } : {}),
      ...(refuses && said !== '' ? { words } : {}),
      read: { ...(succeeded === undefined ? {} : { succeeded }), origin, own, bare, speaks },
      whole: true,
      after: 0,
      ...answer,
    },
  };
}

export const refusal = (place: string): Exchange => exchange(place, 404, { status: 'error', detail: 'Not there' });
export const success = (place: string): Exchange =>
  exchange(place, 200, { status: 'success', message: 'OTP generated' });

/** A file that came: its content is not recorded. */
export function fileExchange(place: string, contentType = 'application/pdf'): Exchange {
  const file = { size: 1, hash: hash(place), pdf: true };
  const given = exchange(place, 200, '', { form: 'file', contentType, file });
  return given;
}

export function callback(body: unknown, more: Partial<SeenCallback>): SeenCallback {
  return {
    number: 1,
    at: 0,
    method: 'POST',
    headers: [],
    contentType: 'application/json',
    body: shape(body),
    form: 'json',
    payload: 'event',
    answered: 204,
    ours: true,
    ...more,
  };
}

export interface Content {
  exchanges?: Exchange[];
  callbacks?: SeenCallback[];
  findings?: Omit<Finding, 'evidence'>[];
  notes?: Note[];
  assumed?: ProbeFile['assumed'];
}

export function probeFile({
  exchanges = [],
  callbacks = [],
  findings = [],
  notes = [],
  assumed = {},
}: Content): ProbeFile {
  return {
    format: 'videoid-probe/1',
    flow: 'signature',
    begun: '2026-11-30T10:00:00.000Z',
    env: 'sandbox',
    assumed,
    steps: [],
    exchanges,
    callbacks,
    notes,
    findings: findings.map((finding) => ({ ...finding, evidence: '' })),
  };
}

/** Writes a file for `--like`, and calls `use` with its path. */
export async function withFile<Result>(
  content: unknown,
  use: (path: string) => Promise<Result> | Result,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'like-'));
  const path = join(folder, 'probe-2026-11-30.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  try {
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A sandbox that is like the provider of such a file. */
export async function standLike(content: Content, settings: object = {}): Promise<Stand> {
  return withFile(probeFile(content), (like) => Stand.start({ like, settings }));
}

/** The same, closed after its use. */
export async function using(content: Content, use: (stand: Stand) => Promise<void>, settings?: object): Promise<void> {
  const stand = await standLike(content, settings);
  try {
    await use(stand);
  } finally {
    await stand.close();
  }
}
