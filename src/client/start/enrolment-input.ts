import { z } from 'zod';
import { type SecureElement, VALIDITY_DAYS } from '../../messages/profiles.js';
import type { RequestFields } from '../../messages/request-fields.js';
import {
  checkedInput,
  documentList,
  type PolicyOverrides,
  refuse,
  type StartDocument,
  startParts,
} from '../input/input.js';

/** What a requester gives to start an enrolment. */
export interface EnrolmentInput {
  /** The requester's own name for the request, `[A-Za-z0-9._-]{1,64}`, no personal data. Unique among enrolments. */
  reference: string;
  /** May be left out when exactly one in the settings makes enrolments, and in a new attempt. */
  registrationAuthority?: string | undefined;
  /** The first profile of the registration authority when left out. */
  profile?: string | undefined;
  /** May be left out in a new attempt: the signer of the last one. */
  signer?: { email: string; phone: string } | undefined;
  /** Where the keys live. May be left out where the profile allows but one. */
  secureElement?: SecureElement | undefined;
  /** Days that the certificate is valid; 730 when left out. */
  validityTime?: (typeof VALIDITY_DAYS)[number] | undefined;
  /**
   * What the video does not give, by the provider's names. A natural person's has to be complete; of others what is left
   * out is asked for after the video.
   */
  fields?: RequestFields | undefined;
  /** Evidence documents, PDF, for profiles that are completed after the video. More can be provided then. */
  documents?: StartDocument[] | undefined;
  /** Whether it ends when the signer has picked up the certificate, and not already when the signer may. */
  untilIssued?: boolean | undefined;
  /** A new try after an end other than enrolled. The video is done again, and another scratchcard is taken. */
  newAttempt?: boolean | undefined;
  policy?: PolicyOverrides | undefined;
}

const secureElements = ['0', '1', '2'] as const satisfies readonly SecureElement[];

const enrolmentInputSchema = z
  .strictObject({
    ...startParts,
    secureElement: z.enum(secureElements, 'give 0 (software), 1 (smartcard or token) or 2 (cloud)').optional(),
    validityTime: z.literal([...VALIDITY_DAYS], `give one of ${VALIDITY_DAYS.join(', ')} days`).optional(),
    /** Checked against the profile, which the settings may name. */
    fields: z.record(z.string(), z.string('must be text')).optional(),
    documents: documentList.optional(),
    untilIssued: z.boolean().optional(),
  })
  .superRefine((input, context) => {
    if (input.newAttempt === true || input.signer !== undefined) return;
    refuse(context, 'BAD_INPUT', 'There is no signer.', ['signer']);
  });

/** An input whose every part can be used by itself, but for the fields. */
export type CheckedEnrolment = z.output<typeof enrolmentInputSchema> & { flow: 'enrolment' };

/**
 * Checks everything about an input that needs neither settings nor archive; the first wrong field is told.
 *
 * @throws VideoIdError BAD_INPUT, BAD_REFERENCE, BAD_EMAIL, BAD_PHONE, BAD_DOCUMENT_NAME, DUPLICATE_DOCUMENT_NAME
 */
export function checkEnrolmentInput(input: EnrolmentInput): CheckedEnrolment {
  return { flow: 'enrolment', ...checkedInput(enrolmentInputSchema, input) };
}
