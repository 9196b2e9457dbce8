import { z } from 'zod';
import { defined } from '../../messages/defined.js';
import { documentNumber } from '../../signatures/identity/document-number.js';
import {
  checkedInput,
  documentList,
  email,
  personValue,
  phone,
  type PolicyOverrides,
  refuse,
  type StartDocument,
  startParts,
} from '../input/input.js';

/** Who the signer should be. What is expected stays in a new attempt until something else is given. */
export interface ExpectedSigner {
  /** Of the identity document, as it is written there, or with a prefix as in certificates: `IDCES-12345678Z`. It alone decides. */
  documentNumber: string;
  /** Shown to the officer beside the name at the provider. */
  name?: string | undefined;
}

/** What a requester gives to start a signature request. */
export interface StartInput {
  /** The requester's own name for the request, `[A-Za-z0-9._-]{1,64}`, no personal data. */
  reference: string;
  /** May be left out when the settings know exactly one, and in a new attempt. */
  registrationAuthority?: string | undefined;
  /** The first profile of the registration authority when left out. */
  profile?: string | undefined;
  /** May be left out in a new attempt: the signer of the last one. */
  signer?: { email: string; phone: string; expected?: ExpectedSigner | undefined } | undefined;
  /** 1 to 10 PDFs. May be left out in a new attempt: the documents of the last one. */
  documents?: StartDocument[] | undefined;
  /** A new try after an end other than signed. The video is done again, and the provider bills again. */
  newAttempt?: boolean | undefined;
  policy?: PolicyOverrides | undefined;
}

const expectedSigner = z
  .strictObject({
    documentNumber: z.string().transform((value, context) => {
      const number = documentNumber(value);
      if (number === undefined) refuse(context, 'BAD_INPUT', 'The document number has no form that one can have.');
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
    signer: z.strictObject({ email, phone, expected: expectedSigner.exactOptional() }).optional(),
    documents: documentList
      .superRefine((given, context) => {
        if (given.length === 0) refuse(context, 'NO_DOCUMENT', 'There is no document.');
      })
      .optional(),
  })
  .superRefine((input, context) => {
    if (input.newAttempt === true) return;
    if (input.documents === undefined) refuse(context, 'NO_DOCUMENT', 'There is no document.', ['documents']);
    if (input.signer === undefined) refuse(context, 'BAD_INPUT', 'There is no signer.', ['signer']);
  });

/** An input whose every part can be used by itself. */
export type CheckedInput = z.output<typeof startInputSchema> & { flow: 'signature' };

/**
 * Checks everything about an input that needs neither settings nor archive; the first wrong field is told.
 *
 * @throws VideoIdError BAD_INPUT, BAD_REFERENCE, BAD_EMAIL, BAD_PHONE, NO_DOCUMENT, BAD_DOCUMENT_NAME, DUPLICATE_DOCUMENT_NAME
 */
export function checkSignatureInput(input: StartInput): CheckedInput {
  return { flow: 'signature', ...checkedInput(startInputSchema, input) };
}
