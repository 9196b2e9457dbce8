import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import { count, isFields, isHash, LONGEST, shapeIn } from './shape.js';

/** The file of a probe cannot be used. The message says why. */
export class BadLikeFile extends Error {
  override readonly name = 'BadLikeFile';
}

/** Bytes. The file of a long probe has less than one million. */
const LARGEST = 20_000_000;
/** Levels of JSON. A probe writes 26 at most. */
const DEEPEST = 64;
const MOST = 20_000;

/** What we read of the file. Fields that we do not know are left out. */
const shape = z
  .unknown()
  .transform((value) => shapeIn(value))
  .optional();
const hash = z.string().refine(isHash);
const form = z.enum(['json', 'empty', 'page', 'text', 'broken', 'file']);
const mediaType = z
  .string()
  .regex(/^[\w.+-]+\/[\w.+-]+$/)
  .optional()
  .catch(undefined);
const length = z
  .number()
  .default(0)
  .transform((characters) => count(characters, LONGEST));
const words = z.object({
  is: z
    .string()
    .transform((text) => text.slice(0, LONGEST))
    .optional(),
  length,
  hash: hash.optional(),
});

const answerSchema = z.object({
  status: z.int().min(200).max(599),
  contentType: mediaType,
  retryAfter: z.int().nonnegative().optional(),
  form,
  body: shape,
  file: z.object({ hash: z.string(), pdf: z.boolean() }).optional(),
  words: words.optional(),
  read: z.object({ succeeded: z.boolean().optional() }).optional(),
  whole: z.boolean().default(true),
  after: z.number().default(0),
});
export type RecordedAnswer = z.infer<typeof answerSchema>;

const exchangeSchema = z.object({
  step: z.string(),
  occasion: z.string(),
  at: z.number(),
  path: z.string().default(''),
  answer: answerSchema.optional().catch(undefined),
  outcome: z.object({ result: z.string().optional(), familiar: z.boolean().optional() }).optional(),
});

const callbackSchema = z.object({
  at: z.number().default(0),
  contentType: mediaType,
  body: shape,
  form,
  payload: z.enum(['event', 'flat', 'other']).default('other'),
  status: z.string().optional(),
  repeats: z.number().optional(),
  number: z.number().optional(),
  ours: z.boolean().default(true),
});
export type RecordedCallback = z.infer<typeof callbackSchema>;

const settingSchema = z.union([z.string(), z.boolean(), z.array(z.union([z.string(), z.object({ hash, length })]))]);
export type FoundSetting = z.infer<typeof settingSchema>;

const findingSchema = z.object({
  assumption: z.string(),
  verdict: z.string(),
  setting: settingSchema.optional().catch(undefined),
});
const noteSchema = z.object({
  step: z.string(),
  name: z.string(),
  value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
});

const fileSchema = z.object({
  format: z.literal('videoid-probe/1'),
  flow: z.literal('signature'),
  assumed: z.record(z.string(), settingSchema).default({}),
  exchanges: z.array(exchangeSchema).max(MOST),
  callbacks: z.array(callbackSchema).max(MOST).default([]),
  notes: z.array(noteSchema).max(MOST).default([]),
  findings: z.array(findingSchema).max(MOST).default([]),
});
export type ProbeFile = z.infer<typeof fileSchema>;

/** Reads the file that `videoid probe` has written. @throws BadLikeFile */
export function readProbeFile(path: string): ProbeFile {
  return probeFileIn(contentOf(path), path);
}

/** @throws BadLikeFile */
export function probeFileIn(content: unknown, path: string): ProbeFile {
  if (isDeeper(content, DEEPEST)) throw new BadLikeFile(`${path} is nested too deeply to be the file of a probe.`);
  if (isFields(content) && content['flow'] === 'enrolment') {
    throw new BadLikeFile(
      `${path} is the file of an enrolment probe. Give one of the signature flow: only the One-Shot API can be like a provider.`,
    );
  }
  const read = fileSchema.safeParse(content);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new BadLikeFile(
    `${path} is no file of \`videoid probe\`: ${where === '' ? '' : `${where}: `}${issue?.message}. Give the file without .private in its name.`,
  );
}

function contentOf(path: string): unknown {
  let text: string;
  try {
    if (statSync(path).size > LARGEST) throw new BadLikeFile(`${path} is too large to be the file of a probe.`);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof BadLikeFile) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new BadLikeFile(`${path} cannot be read (${code}).`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new BadLikeFile(`${path} is not JSON.`);
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}
