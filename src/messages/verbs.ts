import type { IdentityOrder, SealedAnswer } from './identity.js';
import type { OutcomeKind } from './outcome.js';
import type { Flow } from './request.js';
import type * as steering from './steering.js';

/** The argument of each Update, by its name. */
export interface Orders {
  review: steering.ReviewDecision;
  accept: steering.Acceptance;
  code: steering.Acceptance;
  sign: steering.SignOrder;
  cancel: steering.CancelOrder;
  resolve: steering.Resolution;
  'new-video': steering.NewVideoOrder;
  correct: steering.CorrectOrder;
  identity: IdentityOrder;
  extend: steering.ExtendOrder;
  provide: steering.ProvideOrder;
  'preauth-link': steering.PreauthLinkOrder;
  abandon: steering.AbandonOrder;
}
export type OrderName = keyof Orders;

/** The answer of each Update. */
export interface Answers {
  review: { status: string };
  accept: steering.Accepted;
  code: steering.CodeSent;
  sign: steering.SignAnswer;
  cancel: { outcome: OutcomeKind };
  /** The stage from which the request goes on. */
  resolve: { stage: string };
  'new-video': { requestPk: string };
  correct: { status: string };
  identity: SealedAnswer;
  /** ISO 8601. */
  extend: { deadline: string };
  /** What an enrolment still needs. */
  provide: { missing: string[] };
  'preauth-link': { stored: true };
  abandon: { outcome: OutcomeKind };
}

interface VerbRow {
  flows: readonly Flow[];
  /** The Update that carries it out. Absent if the archive answers. */
  order?: OrderName;
  /** What a person does with the verb. */
  words: string;
  /** What a person types after `videoid`: the command, and the flags after the reference. */
  typed: readonly [command: string, flags?: string];
}

const BOTH = ['signature', 'enrolment'] as const;
const WHY = '--reason "why"';

/** The verbs that a person or system has on a running request. CONTRIBUTING.md says how one is added. */
export const VERBS = {
  link: { flows: BOTH, words: 'show the link for the signer again', typed: ['link'] },
  'new-video': {
    flows: BOTH,
    order: 'new-video',
    words: 'make another video request. The provider may bill it',
    typed: ['new-video', WHY],
  },
  identity: {
    flows: BOTH,
    order: 'identity',
    words: "show the signer's data at the provider. The certificate will contain it",
    typed: ['identity'],
  },
  correct: {
    flows: BOTH,
    order: 'correct',
    words: "correct the signer's data at the provider",
    typed: ['correct', WHY],
  },
  provide: { flows: ['enrolment'], order: 'provide', words: 'provide what is missing', typed: ['provide'] },
  'preauth-link': {
    flows: ['enrolment'],
    order: 'preauth-link',
    words: 'get the pre-authorised link, with which the signer picks up the certificate',
    typed: ['preauth-link', WHY],
  },
  documents: { flows: BOTH, words: 'list or save the documents', typed: ['documents'] },
  contract: { flows: BOTH, words: 'save the contract', typed: ['contract', '--save'] },
  approve: { flows: BOTH, order: 'review', words: 'approve, as an officer', typed: ['approve'] },
  refuse: { flows: BOTH, order: 'review', words: 'refuse, as an officer', typed: ['refuse'] },
  accept: {
    flows: ['signature'],
    order: 'accept',
    words: 'record that the signer accepts the documents and the contract',
    typed: ['accept', '--consent-version VERSION'],
  },
  code: {
    flows: ['signature'],
    order: 'code',
    words: 'have a code sent, in the name of the signer',
    typed: ['otp', '--consent-version VERSION'],
  },
  sign: { flows: ['signature'], order: 'sign', words: 'sign with the code, or in another way', typed: ['confirm'] },
  extend: { flows: BOTH, order: 'extend', words: 'give the deadline more time', typed: ['extend', `--by 3d ${WHY}`] },
  abandon: {
    flows: BOTH,
    order: 'abandon',
    words: 'end it because the signer cannot go on like this',
    typed: ['abandon', '--reason gave-up'],
  },
  cancel: { flows: BOTH, order: 'cancel', words: 'end the request', typed: ['cancel', WHY] },
  resolve: { flows: BOTH, order: 'resolve', words: 'decide about the attention', typed: ['why'] },
} as const satisfies Record<string, VerbRow>;

export type Verb = keyof typeof VERBS;

/** The flows whose requests take an order. */
export function flowsOf(order: OrderName): readonly Flow[] {
  return Object.values<VerbRow>(VERBS).find((verb) => verb.order === order)?.flows ?? [];
}
