import type { CommonRequest } from '../requests/common-request.js';
import type { Person } from '../requests/person.js';

/** A document or an evidence that was uploaded. */
export interface EnrolmentDocument {
  pk: number;
  /** `document_front`, …, or `videoid_evidence`. */
  type: string;
  /** Of an evidence. */
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

/** Everything the provider knows about one enrolment. */
export interface Enrolment extends CommonRequest {
  kind: 'enrolment';
  videoMode: boolean;
  paperlessMode: boolean;
  secureElement: number;
  /** Days. */
  validityTime: string;
  identificationRao?: string;
  /** Fields of the request that caller or video have given, by their name in the API; without e-mail and phone. */
  fields: Record<string, string>;
  /** Those that the video gave. */
  videoFields: string[];
  /** The person in the video, set by a control call. Otherwise a made-up person when the video is finished. */
  person?: Person;
  /** §6: only these two are documented. */
  videoStatus?: 'VALIDATED' | 'REFUSED';
  /** A dashed UUID. */
  videoIdentifier: string;
  /** The opaque end of the pre-authorised link: 32 hexadecimal digits. */
  enrolToken: string;
  documents: EnrolmentDocument[];
  documentsEver: number;
  approvingRao?: string;
  /** Goes up with every change of the data: the contract before a change is another one than after it. */
  revision: number;
  mails: Mail[];
}
