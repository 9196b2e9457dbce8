import type { CommonRequest } from '../requests/common-request.js';
import type { Person } from '../requests/person.js';

/** An uploaded document or evidence. */
export interface EnrolmentDocument {
  pk: number;
  /** `document_front`, …, or `videoid_evidence`. */
  type: string;
  /** Only evidence has one. */
  label?: string;
  contentType: string;
  /** Bytes. */
  size: number;
}

/** An e-mail of the provider to the signer. */
export interface Mail {
  at: string;
  to: string;
  kind: 'video' | 'enrolment';
  subject: string;
  text: string;
  link: string;
}

/** The input for a new enrolment. */
export type EnrolmentOrder = Pick<
  Enrolment,
  | 'registrationAuthority'
  | 'profile'
  | 'email'
  | 'phone'
  | 'scratchcard'
  | 'videoMode'
  | 'paperlessMode'
  | 'secureElement'
  | 'validityTime'
  | 'fields'
>;

/** Everything that the provider knows about one enrolment. */
export interface Enrolment extends CommonRequest {
  kind: 'enrolment';
  videoMode: boolean;
  paperlessMode: boolean;
  secureElement: number;
  /** Days. */
  validityTime: string;
  identificationRao?: string;
  /** Fields that the caller or the video gave, by their API names. E-mail and phone are not here. */
  fields: Record<string, string>;
  /** The fields that came from the video. */
  videoFields: string[];
  /** The person in the video, if a control call set one. Otherwise, finishing the video makes one up. */
  person?: Person;
  /** Only these two values are documented (§6). */
  videoStatus?: 'VALIDATED' | 'REFUSED';
  /** A dashed UUID. */
  videoIdentifier: string;
  /** The random last part of the pre-authorised link: 32 hexadecimal digits. */
  enrolToken: string;
  documents: EnrolmentDocument[];
  documentsEver: number;
  approvingRao?: string;
  /** Increases with every change of the data, because the contract changes too. */
  revision: number;
  mails: Mail[];
}
