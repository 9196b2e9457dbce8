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
  'connection-cut-before': { moment: 'before', what: 'The connection is cut, nothing was done.', parameters: {} },
  'hold-before': { moment: 'before', what: 'The call is held before the work, until released.', parameters: {} },
  slow: { moment: 'before', what: 'The call takes `ms` longer.', parameters: { ms: 3000 } },
  'answer-503': {
    moment: 'before',
    what: '503, nothing was done; `retryAfter` seconds as header where not 0.',
    parameters: { retryAfter: 0, text: 'Service Unavailable' },
  },
  'answer-429': {
    moment: 'before',
    what: '429, nothing was done; `retryAfter` seconds as header where not 0.',
    parameters: { retryAfter: 1, text: 'Too many requests' },
  },
  'answer-500': {
    moment: 'before',
    what: '500 with an unfamiliar text, nothing was done.',
    parameters: { text: 'Unexpected condition 0x7f in module tsp' },
  },
  'answer-other': {
    moment: 'before',
    what: 'Any `code` with any `text` as HTML, nothing was done: a proxy in between.',
    parameters: { code: 502, text: '<html><body><h1>502 Bad Gateway</h1></body></html>' },
  },
  'answer-lost': {
    moment: 'after',
    what: 'The work is done, then the connection is cut before the answer.',
    parameters: {},
  },
  'answer-500-after': {
    moment: 'after',
    what: 'The work is done, the answer is 500 with an unfamiliar text.',
    parameters: { text: 'Unexpected condition 0x80 in module tsp' },
  },
  'answer-cut': {
    moment: 'after',
    what: 'The work is done, the connection is cut in the middle of the answer.',
    parameters: {},
  },
  'hold-after': { moment: 'after', what: 'The work is done, the answer is held until released.', parameters: {} },

  'code-not-accepted': { moment: 'work', what: 'A right code is not accepted.', endpoints: ['sign'], parameters: {} },
  'files-late': {
    moment: 'work',
    what: 'ISSUED before the signed files are there: `ms` later, or with 0 when a control call puts them together.',
    endpoints: ['sign'],
    parameters: { ms: 0 },
  },
  'reads-behind-hooks': {
    moment: 'work',
    what: 'Get request shows the status of `ms` ago.',
    endpoints: ['get-request', 'ra-get-request', 'ra-list-requests'],
    parameters: { ms: 3000 },
  },
  'status-unknown': {
    moment: 'work',
    what: 'Get request shows another status (`shows`).',
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
    what: 'What comes in place of the file, with 200, is no PDF but `text`.',
    endpoints: ['get-document', 'get-contract'],
    parameters: { text: '<html><body>Please wait</body></html>' },
  },
  'file-prefixed': {
    moment: 'work',
    what: 'Before the file comes `text`.',
    endpoints: ['get-document', 'get-contract'],
    parameters: { text: '\r\n\r\n' },
  },
  'file-grown': {
    moment: 'work',
    what: 'After the file come `bytes` blanks; `stated` says whether the answer states its length (yes or no).',
    endpoints: ['get-document', 'get-contract'],
    parameters: { bytes: 1_000_000, stated: 'yes' },
  },
  'file-of-another': {
    moment: 'work',
    what: 'The document is given as another person has signed it.',
    endpoints: ['get-document'],
    parameters: {},
  },
  'file-unreadable': {
    moment: 'work',
    what: 'The file has lost its last bytes, which lead readers to the rest.',
    endpoints: ['get-document', 'get-contract'],
    parameters: {},
  },
  'used-card': {
    moment: 'work',
    what: 'The first unused card is a used one, where there is one.',
    endpoints: ['ra-first-scratchcard'],
    parameters: {},
  },

  'video-incomplete-first': {
    moment: 'signer',
    what: 'Finishing the video gives VIDEOINCOMPLETE and `ms` later VIDEOREVIEW.',
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
    what: 'The callback is sent `ms` later; `jitter` is the share of it that is random, 0 to 1.',
    parameters: { ms: 3000, jitter: 0 },
  },
  lost: { moment: 'callback', what: 'The callback is never sent.', parameters: {} },
  reordered: {
    moment: 'callback',
    what: 'The callback waits until the next one of its request has gone, at most `ms`.',
    parameters: { ms: 5000 },
  },
  forged: {
    moment: 'callback',
    what: 'Another callback that claims `claims` is sent along.',
    parameters: { claims: 'ISSUED' },
  },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof FAULT_KINDS;

export function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULT_KINDS, name);
}
