import { Readable } from 'node:stream';
import { z } from 'zod';
import { documentNameProblem, foldedDocumentName, normalisedDocumentName } from '../archive/document-name.js';
import { referenceProblem } from '../archive/layout.js';
import type { policySchema } from '../config/policy.js';
import { defined } from '../messages/defined.js';
import { type FailureCode, VideoIdError } from '../messages/failures.js';
import { fieldName } from './field-name.js';
import { internationalPhone, sensibleEmail } from './signer.js';

/** A document as the requester gives it. */
export interface StartDocument {
  /** The signer and the provider see it. */
  name: string;
  /** A path, a stream or bytes of one PDF. */
  content: string | Readable | Uint8Array;
}

/** Overrides of single policy values, written as in the settings: milliseconds or `7d`. */
export type PolicyOverrides = NonNullable<z.input<typeof policySchema>>;

const REMEDIES: Partial<Record<FailureCode, string>> = {
  BAD_REFERENCE: 'Use 1 to 64 of the characters A-Z a-z 0-9 . _ - and no personal data.',
  BAD_EMAIL: 'Give one address of at most 254 characters, such as name@example.com.',
  BAD_PHONE: 'Give it with the international prefix and 8 to 15 digits, such as +34 600 000 000.',
  NO_DOCUMENT: 'Give at least one PDF.',
  BAD_DOCUMENT_NAME: 'Give a plain file name, such as agreement.pdf.',
  DUPLICATE_DOCUMENT_NAME: 'Give every document a name of its own; capitals do not count.',
};

const reference = z.string().superRefine((value, context) => {
  const problem = referenceProblem(value);
  if (problem !== undefined) refuse(context, 'BAD_REFERENCE', `The reference ${problem}.`);
});

/** An e-mail address; BAD_EMAIL. */
export const email = z.string().transform((value, context) => {
  const sensible = sensibleEmail(value);
  if (sensible === undefined) refuse(context, 'BAD_EMAIL', 'The e-mail address cannot be used.');
  return sensible ?? z.NEVER;
});

/** A phone number with international prefix; BAD_PHONE. */
export const phone = z.string().transform((value, context) => {
  const international = internationalPhone(value);
  if (international === undefined) {
    refuse(context, 'BAD_PHONE', 'The phone number is not one with an international prefix.');
  }
  return international ?? z.NEVER;
});

const documentName = z.string().transform((value, context) => {
  const problem = documentNameProblem(value);
  if (problem !== undefined) refuse(context, 'BAD_DOCUMENT_NAME', `The document name ${problem}.`);
  return normalisedDocumentName(value);
});

const content = z.union([z.string().min(1), z.instanceof(Readable), z.instanceof(Uint8Array)], {
  error: 'give a path, a stream or bytes',
});

/** Documents, each with a name of its own; there may be none. */
export const documentList = z.array(z.strictObject({ name: documentName, content })).superRefine((given, context) => {
  const seen = new Set<string>();
  for (const [index, { name }] of given.entries()) {
    const folded = foldedDocumentName(name);
    if (seen.has(folded)) {
      refuse(context, 'DUPLICATE_DOCUMENT_NAME', 'Two documents have the same name.', [index, 'name']);
    }
    seen.add(folded);
  }
});

/** What a start of either flow may have. */
export const startParts = {
  reference,
  registrationAuthority: z.string().optional(),
  profile: z.string().optional(),
  signer: z.strictObject({ email, phone }).optional(),
  newAttempt: z.boolean().optional(),
  /** Checked where it is laid over the settings. */
  policy: z.record(z.string(), z.unknown()).optional(),
};

/** Marks a wrong field with the code that a caller gets. */
export function refuse(
  context: z.RefinementCtx,
  failure: FailureCode,
  message: string,
  path?: (string | number)[],
): void {
  context.addIssue({ code: 'custom', message, params: { failure }, ...defined({ path }) });
}

/** Checks an input against its schema; the first wrong field is told, its value never. @throws VideoIdError */
export function checkedInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw new VideoIdError('BAD_INPUT', 'The input cannot be used.', { cause: result.error });
  const field = fieldName(issue.path, issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined);
  const told = issue.code === 'custom' ? issue.params?.['failure'] : undefined;
  const code = isFailure(told) ? told : missing(field);
  throw new VideoIdError(code, issue.code === 'custom' ? issue.message : `${field || 'The input'}: ${issue.message}.`, {
    field: field || undefined,
    remedy: REMEDIES[code] ?? 'Correct the field; the types of the client say what it takes.',
  });
}

function isFailure(value: unknown): value is FailureCode {
  return typeof value === 'string';
}

/** The code for a field that is absent or of the wrong type. */
function missing(field: string): FailureCode {
  if (field === 'reference') return 'BAD_REFERENCE';
  if (/^(signer\.)?email$/.test(field)) return 'BAD_EMAIL';
  if (/^(signer\.)?phone$/.test(field)) return 'BAD_PHONE';
  if (/^documents\[\d+\]\.name$/.test(field)) return 'BAD_DOCUMENT_NAME';
  return 'BAD_INPUT';
}
