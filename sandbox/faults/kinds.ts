/** When a fault acts: before or after a call, during an endpoint's work, when the signer acts, or on a callback. */
export type FaultMoment = 'before' | 'after' | 'work' | 'signer' | 'callback';

export interface FaultKind {
  moment: FaultMoment;
  /** One sentence for people. */
  what: string;
  /** Endpoints it can act on. All if left out. */
  endpoints?: readonly string[];
  /** The parameters and their defaults. */
  parameters: Readonly<Record<string, number | string>>;
}

/**
 * Every fault by name. To add a fault, add it here. Its effect is in `pipeline.ts` for `before` and `after`,
 * in the endpoint for `work`, in `provider.ts` for `signer` and in `callbacks.ts` for `callback`.
 */
export const FAULT_KINDS = {
  'connection-cut-before': { moment: 'before', what: 'The connection is cut before the work.', parameters: {} },
  'hold-before': { moment: 'before', what: 'The call is held before the work, until it is released.', parameters: {} },
  slow: { moment: 'before', what: 'The call takes `ms` longer.', parameters: { ms: 3000 } },
  'answer-503': {
    moment: 'before',
    what: '503 before the work. If `retryAfter` is not 0, a header asks to wait that many seconds.',
    parameters: { retryAfter: 0, text: 'Service Unavailable' },
  },
  'answer-429': {
    moment: 'before',
    what: '429 before the work. If `retryAfter` is not 0, a header asks to wait that many seconds.',
    parameters: { retryAfter: 1, text: 'Too many requests' },
  },
  'answer-500': {
    moment: 'before',
    what: '500 with an unknown text before the work.',
    parameters: { text: 'Unexpected condition 0x7f in module tsp' },
  },
  'answer-other': {
    moment: 'before',
    what: 'Another answer before the work: any `code`. A `text` that begins with < is a page of a proxy, one that begins with { is JSON as it is, and other words come in the provider’s form.',
    parameters: { code: 502, text: '<html><body><h1>502 Bad Gateway</h1></body></html>' },
  },
  'answer-lost': {
    moment: 'after',
    what: 'The work is done, then the connection is cut before the answer.',
    parameters: {},
  },
  'answer-500-after': {
    moment: 'after',
    what: 'The work is done, but the answer is 500 with an unknown text.',
    parameters: { text: 'Unexpected condition 0x80 in module tsp' },
  },
  'answer-cut': {
    moment: 'after',
    what: 'The work is done, then the connection is cut in the middle of the answer.',
    parameters: {},
  },
  'hold-after': {
    moment: 'after',
    what: 'The work is done, and the answer is held until it is released.',
    parameters: {},
  },

  'code-not-accepted': { moment: 'work', what: 'A right code is not accepted.', endpoints: ['sign'], parameters: {} },
  'files-late': {
    moment: 'work',
    what: 'The request is ISSUED before the signed files exist. They appear `ms` later, or with 0 on a control call.',
    endpoints: ['sign'],
    parameters: { ms: 0 },
  },
  'reads-behind-hooks': {
    moment: 'work',
    what: 'Get Request shows the status of `ms` ago.',
    endpoints: ['get-request', 'ra-get-request', 'ra-list-requests'],
    parameters: { ms: 3000 },
  },
  'status-unknown': {
    moment: 'work',
    what: 'Get Request shows another status (`shows`).',
    endpoints: ['get-request', 'ra-get-request', 'ra-list-requests'],
    parameters: { shows: 'EXPIRED' },
  },
  'file-damaged': {
    moment: 'work',
    what: 'One byte of the file is wrong.',
    endpoints: ['get-document', 'get-contract', 'ra-get-document', 'ra-generate-document'],
    parameters: {},
  },
  'file-unsigned': {
    moment: 'work',
    what: 'The unsigned file is given in place of the signed one.',
    endpoints: ['get-document', 'get-contract', 'ra-get-document'],
    parameters: {},
  },
  'file-swapped': {
    moment: 'work',
    what: 'The first signed document is given in place of the signed contract.',
    endpoints: ['get-contract'],
    parameters: {},
  },
  'file-no-pdf': {
    moment: 'work',
    what: 'The answer is 200, but has `text` in place of the PDF.',
    endpoints: ['get-document', 'get-contract'],
    parameters: { text: 'Please wait' },
  },
  'file-prefixed': {
    moment: 'work',
    what: 'The answer has `text` before the file.',
    endpoints: ['get-document', 'get-contract'],
    parameters: { text: '\r\n\r\n' },
  },
  'file-grown': {
    moment: 'work',
    what: 'The answer has `bytes` blanks after the file. `stated` says whether it states its length (yes or no).',
    endpoints: ['get-document', 'get-contract'],
    parameters: { bytes: 1_000_000, stated: 'yes' },
  },
  'file-of-another': {
    moment: 'work',
    what: 'The document is signed by another person.',
    endpoints: ['get-document'],
    parameters: {},
  },
  'file-unreadable': {
    moment: 'work',
    what: 'The file lacks its last bytes, which readers need to find the rest.',
    endpoints: ['get-document', 'get-contract'],
    parameters: {},
  },
  'used-card': {
    moment: 'work',
    what: '"First unused" returns a used card, if there is one.',
    endpoints: ['ra-first-scratchcard'],
    parameters: {},
  },

  'video-incomplete-first': {
    moment: 'signer',
    what: 'Finishing the video gives VIDEOINCOMPLETE, and VIDEOREVIEW `ms` later.',
    parameters: { ms: 1000 },
  },
  'video-error': { moment: 'signer', what: 'Finishing the video gives VIDEOERROR.', parameters: {} },

  duplicate: {
    moment: 'callback',
    what: 'The callback is sent `copies` times more, `ms` apart.',
    parameters: { copies: 1, ms: 0 },
  },
  late: {
    moment: 'callback',
    what: 'The callback is sent `ms` later. `jitter` is the random share of this time, 0 to 1.',
    parameters: { ms: 3000, jitter: 0 },
  },
  lost: { moment: 'callback', what: 'The callback is never sent.', parameters: {} },
  reordered: {
    moment: 'callback',
    what: 'The callback waits until the next one of its request was sent, but at most `ms`.',
    parameters: { ms: 5000 },
  },
  forged: {
    moment: 'callback',
    what: 'A false callback with the status `claims` is sent too.',
    parameters: { claims: 'ISSUED' },
  },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof FAULT_KINDS;

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULT_KINDS, name);
}
