import { z } from 'zod';
import { defined } from '../../messages/defined.js';
import { documentNumber } from '../../signatures/identity/document-number.js';
import {
  checkedInput,
  documentList,
  personValue,
  type PolicyOverrides,
  refuse,
  requireSigner,
  signerParts,
  type StartDocument,
  startParts,
} from '../input/input.js';

/** The expected identity of the signer. A new attempt keeps it unless the start gives another. */
export interface ExpectedSigner {
  /** The number of the identity document, plain or with a prefix as in certificates: `IDCES-12345678Z`. Only this field decides. */
  documentNumber: string;
  /** The officer sees it beside the name at the provider. */
  name?: string | undefined;
}

/** The input of a requester to start a signature request. */
export interface StartInput {
  /** The requester's own name for the request, `[A-Za-z0-9._-]{1,64}`, no personal data. */
  reference: string;
  /** Optional if the settings have exactly one, and in a new attempt. */
  registrationAuthority?: string | undefined;
  /** Default: the first profile of the registration authority. */
  profile?: string | undefined;
  /** Optional in a new attempt, also in part: the default is the signer of the last one. */
  signer?:
    | { email?: string | undefined; phone?: string | undefined; expected?: ExpectedSigner | undefined }
    | undefined;
  /** 1 to 10 PDFs. Optional in a new attempt: the default is the documents of the last one. */
  documents?: StartDocument[] | undefined;
  /** A new try after an end other than signed. The video is done again, and the provider bills again. */
  newAttempt?: boolean | undefined;
  /**
   * Your own small strings, kept and listed with the request: at most 16, each name `[A-Za-z0-9._-]{1,40}`, each value at most 200
   * characters, 2 kB together. No personal data. Optional in a new attempt: the default is that of the last one.
   */
  metadata?: Record<string, string> | undefined;
  policy?: PolicyOverrides | undefined;
}

const expectedSigner = z
  .strictObject({
    documentNumber: z.string().transform((value, context) => {
      const number = documentNumber(value);
      if (number === undefined) refuse(context, 'BAD_INPUT', 'This is not the form of a document number.');
      return number ?? z.NEVER;
    }),
    name: personValue.optional(),
  })
  .transform(({ documentNumber: number, name }) => ({
    documentNumber: number,
    ...defined({ name }),
  }));

const startInputSchema = z
  .strictObject({
    ...startParts,
    signer: z.strictObject({ ...signerParts, expected: expectedSigner.exactOptional() }).optional(),
    documents: documentList
      .superRefine((given, context) => {
        if (given.length === 0) refuse(context, 'NO_DOCUMENT', 'There is no document.');
      })
      .optional(),
  })
  .superRefine((input, context) => {
    if (input.newAttempt !== true && input.documents === undefined)
      refuse(context, 'NO_DOCUMENT', 'There is no document.', ['documents']);
    requireSigner(input, context);
  });

/** An input after the first check. */
export type CheckedInput = z.output<typeof startInputSchema> & { flow: 'signature' };

/**
 * All checks of an input that need neither settings nor archive. The error names the first wrong field.
 *
 * @throws VideoIdError BAD_INPUT, BAD_REFERENCE, BAD_EMAIL, BAD_PHONE, NO_DOCUMENT, BAD_DOCUMENT_NAME, DUPLICATE_DOCUMENT_NAME
 */
export function checkSignatureInput(input: StartInput): CheckedInput {
  return { flow: 'signature', ...checkedInput(startInputSchema, input) };
}
