import { z } from 'zod';
import { type SecureElement, VALIDITY_DAYS } from '../../messages/profiles.js';
import type { RequestFields } from '../../messages/request-fields.js';
import {
  checkedInput,
  documentList,
  type PolicyOverrides,
  requireSigner,
  type StartDocument,
  startParts,
} from '../input/input.js';

/** What a requester gives to start an enrolment. */
export interface EnrolmentInput {
  /** The requester's own name for the request, `[A-Za-z0-9._-]{1,64}`, no personal data. Unique among enrolments. */
  reference: string;
  /** Optional if the settings have exactly one for enrolments, and in a new attempt. */
  registrationAuthority?: string | undefined;
  /** Default: the first profile of the registration authority. */
  profile?: string | undefined;
  /** Optional in a new attempt, also in part: the default is the signer of the last one. */
  signer?: { email?: string | undefined; phone?: string | undefined } | undefined;
  /** Where the keys are stored. Optional if the profile allows only one place. */
  secureElement?: SecureElement | undefined;
  /** Days that the certificate is valid. Default: 730. */
  validityTime?: (typeof VALIDITY_DAYS)[number] | undefined;
  /**
   * The data that the video does not give, by the provider's field names. For a natural person it must be complete. For other
   * profiles, missing data is asked for after the video.
   */
  fields?: RequestFields | undefined;
  /** Evidence documents, PDF, for profiles that are completed after the video. More can be provided then. */
  documents?: StartDocument[] | undefined;
  /** Whether the enrolment ends only when the signer has picked up the certificate. Otherwise it ends when the signer can. */
  untilIssued?: boolean | undefined;
  /** A new try after an end other than enrolled. The video is done again, and another scratchcard is taken. */
  newAttempt?: boolean | undefined;
  /**
   * Your own small strings, kept and listed with the request: at most 16, each name `[A-Za-z0-9._-]{1,40}`, each value at most 200
   * characters, 2 kB together. No personal data. Optional in a new attempt: the default is that of the last one.
   */
  metadata?: Record<string, string> | undefined;
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
  .superRefine(requireSigner);

/** An input after the first check. Its fields are checked later, against the profile. */
export type CheckedEnrolment = z.output<typeof enrolmentInputSchema> & { flow: 'enrolment' };

/**
 * All checks of an input that need neither settings nor archive. The error names the first wrong field.
 *
 * @throws VideoIdError BAD_INPUT, BAD_REFERENCE, BAD_EMAIL, BAD_PHONE, BAD_DOCUMENT_NAME, DUPLICATE_DOCUMENT_NAME
 */
export function checkEnrolmentInput(input: EnrolmentInput): CheckedEnrolment {
  return { flow: 'enrolment', ...checkedInput(enrolmentInputSchema, input) };
}
