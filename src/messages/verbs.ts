import type { Flow } from './request.js';
import type { OrderName } from './steering.js';

const BOTH = ['signature', 'enrolment'] as const;
const SIGNATURE = ['signature'] as const;
const ENROLMENT = ['enrolment'] as const;

interface VerbRow {
  flows: readonly Flow[];
  /** The Update that it becomes; absent where the archive answers. */
  order?: OrderName;
  /** What a person does with it. */
  words: string;
}

/**
 * The verbs that a person or system has on a running request. Everything else about a verb is keyed by its name or its order:
 * see *Add a verb* in CONTRIBUTING.md.
 */
export const VERBS = {
  link: { flows: BOTH, words: 'show the link for the signer again' },
  'new-video': { flows: BOTH, order: 'new-video', words: 'make another video request; the provider may bill it' },
  identity: {
    flows: BOTH,
    order: 'identity',
    words: 'see what the provider has of the signer, as the certificate will say it',
  },
  correct: { flows: BOTH, order: 'correct', words: "correct the signer's data at the provider" },
  provide: { flows: ENROLMENT, order: 'provide', words: 'provide what is missing' },
  'preauth-link': { flows: ENROLMENT, order: 'preauth-link', words: 'get the link for the signer' },
  documents: { flows: BOTH, words: 'list or save the documents' },
  contract: { flows: BOTH, words: 'save the contract' },
  approve: { flows: BOTH, order: 'review', words: 'approve, as an officer' },
  refuse: { flows: BOTH, order: 'review', words: 'refuse, as an officer' },
  accept: {
    flows: SIGNATURE,
    order: 'accept',
    words: 'record that the signer accepts the documents and the contract',
  },
  code: { flows: SIGNATURE, order: 'code', words: 'have a code sent, in the name of the signer' },
  sign: { flows: SIGNATURE, order: 'sign', words: 'sign with the code, or in another way' },
  extend: { flows: BOTH, order: 'extend', words: 'give the deadline more time' },
  abandon: { flows: BOTH, order: 'abandon', words: 'end it because the signer cannot go on like this' },
  cancel: { flows: BOTH, order: 'cancel', words: 'end the request' },
  resolve: { flows: BOTH, order: 'resolve', words: 'decide about the attention' },
} as const satisfies Record<string, VerbRow>;

export type Verb = keyof typeof VERBS;

/** The flows whose requests take an order. */
export function flowsOf(order: OrderName): readonly Flow[] {
  return Object.values<VerbRow>(VERBS).find((verb) => verb.order === order)?.flows ?? [];
}
