import { Readable } from 'node:stream';
import { z } from 'zod';
import { documentNameProblem, foldedDocumentName, normalisedDocumentName } from '../../archive/document-name.js';
import { referenceProblem } from '../../archive/names.js';
import { plainWords } from '../../config/plain-words.js';
import type { policySchema } from '../../config/policy.js';
import { defined } from '../../messages/defined.js';
import { type FailureCode, VideoIdError } from '../../messages/failures.js';
import type { Actor } from '../../messages/outcome.js';
import type { ReasonedOrder } from '../../messages/steering.js';
import { metadata } from './metadata.js';
import { internationalPhone, sensibleEmail } from './signer.js';

export {
  checkCount,
  type DocumentIdentity,
  type EarlierDocument,
  identify,
  limitsFor,
  type StartDocument,
  takeIn,
  takeOver,
  takingStreams,
} from './documents.js';
export { metadata } from './metadata.js';
export { checkedFields } from './enrolment-fields.js';

/** Overrides of single policy values, in the form of the settings: milliseconds or `7d`. */
export type PolicyOverrides = NonNullable<z.input<typeof policySchema>>;

const REMEDIES: Partial<Record<FailureCode, string>> = {
  BAD_REFERENCE: 'Use 1 to 64 of the characters A-Z a-z 0-9 . _ - and no personal data.',
  BAD_EMAIL: 'Give one address of at most 254 characters, such as name@example.com.',
  BAD_PHONE: 'Give it with the international prefix and 8 to 15 digits, such as +34 600 000 000.',
  NO_DOCUMENT: 'Give at least one PDF.',
  BAD_DOCUMENT_NAME: 'Give a plain file name, such as agreement.pdf.',
  DUPLICATE_DOCUMENT_NAME: 'Give every document a different name. Capital and small letters count as the same.',
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

/** Free text by a person. Sealed texts have their own, smaller limit. */
export const words = z.string().trim().min(1, 'must not be empty').max(2000, 'is longer than 2000 characters');
export const id = z.string().regex(/^[A-Za-z0-9._@ -]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 . _ @ - and blanks');
/** A name, a document number, …: one plain line. */
export const personValue = z
  .string()
  .trim()
  .regex(/^[^\p{C}]{1,200}$/u, 'must be 1 to 200 characters');

/** A videoid_pk or request_pk. */
export const providerPk = z.string().regex(/^\d{1,18}$/, 'must be a number of the provider');

/** A caller cannot act as the provider, or as our own policy. */
const CALLERS = ['signer', 'requester', 'officer', 'operator'] as const satisfies Actor['kind'][];

export const actorPart = z.strictObject({
  kind: z.enum(CALLERS),
  id: id.exactOptional(),
});

export const reasoned: z.ZodType<ReasonedOrder> = z.strictObject({ actor: actorPart, reason: words });

/** A new attempt takes what is left out from the attempt before. */
export const signerParts = { email: email.optional(), phone: phone.optional() };

/** Requires the whole signer where there is no attempt before. The error names the part that is missing. */
export function requireSigner(
  {
    signer,
    newAttempt,
  }: { signer?: { email?: unknown; phone?: unknown } | undefined; newAttempt?: boolean | undefined },
  context: z.RefinementCtx,
): void {
  if (newAttempt === true) return;
  if (signer === undefined) return refuse(context, 'BAD_INPUT', 'There is no signer.', ['signer']);
  if (signer.email === undefined)
    refuse(context, 'BAD_EMAIL', 'There is no e-mail address of the signer.', ['signer', 'email']);
  if (signer.phone === undefined) refuse(context, 'BAD_PHONE', 'There is no phone of the signer.', ['signer', 'phone']);
}

/** The fields that starts of both flows have. */
export const startParts = {
  reference,
  registrationAuthority: z.string().optional(),
  profile: z.string().optional(),
  signer: z.strictObject(signerParts).optional(),
  newAttempt: z.boolean().optional(),
  metadata: metadata.optional(),
  /** Checked when it is merged with the settings. */
  policy: z.record(z.string(), z.unknown()).optional(),
};

/** Reports a wrong field with the code that the caller gets. */
export function refuse(
  context: z.RefinementCtx,
  failure: FailureCode,
  message: string,
  path?: (string | number)[],
): void {
  context.addIssue({ code: 'custom', message, params: { failure }, ...defined({ path }) });
}

/** Checks an input against its schema. @throws VideoIdError naming the first wrong field, never its value */
export function checkedInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input, { error: plainWords });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = fieldName(issue?.path ?? [], unknown);
  const refused = issue?.code === 'custom' ? issue.params?.['failure'] : undefined;
  const code = isFailure(refused) ? refused : missing(field);
  const problem = unknown === undefined ? (issue?.message ?? 'cannot be used') : 'is not part of this';
  throw new VideoIdError(code, isFailure(refused) ? problem : `${field || 'The input'}: ${problem}.`, {
    field: field || undefined,
    remedy:
      REMEDIES[code] ??
      'docs/api.md says what the body of a call takes, docs/client.md what the client takes, and `--help` what a command takes.',
  });
}

/** The name of an input field as a person writes it: `documents[2].name`. */
export function fieldName(path: readonly PropertyKey[], last?: string): string {
  return [...path, ...(last === undefined ? [] : [last])].reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
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
