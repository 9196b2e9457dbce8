import type { Archive } from '../../src/archive/archive.js';
import type { RequestRecord } from '../../src/archive/request-record.js';
import { remediesAfterEnd } from '../../src/client/look/after-end.js';
import { leftAtProvider } from '../../src/client/left-words.js';
import { endWords } from '../../src/client/look/end-words.js';

const RECORD = { flow: 'signature', reference: 'order-17', attempt: 1 } as RequestRecord;
const archive = {
  latestAttempt: async () => 1,
  readOutcome: async () => ({}),
  readProvider: async () => ({}),
} as unknown as Archive;

test('the end by an operator is said in words, and a cancellation in the console is not only a refusal', () => {
  expect(endWords('cancelled', 'cancelled-by-operator', undefined)).toBe(
    'Ended cancelled: an operator of ours cancelled it (cancelled-by-operator).',
  );
  expect(endWords('refused', 'refused-at-provider', undefined)).toMatch(/refused or cancelled after the video/);
});

test('what an end left at the provider is named', () => {
  expect(leftAtProvider({ cleanup: 'done' })).toEqual([]);
  expect(leftAtProvider({ cleanup: 'none', leftOpen: true })).toEqual([
    expect.stringMatching(/still open at the provider: the signer may go on .* cancels it/) as string,
  ]);
  expect(leftAtProvider({ cleanup: 'pending', notKnown: true })).toEqual([
    expect.stringMatching(/^Copies, or the request itself/) as string,
    expect.stringMatching(/^The provider did not know the request/) as string,
  ]);
});

test('where the phone was wrong, a new attempt comes first, and needs both the address and the phone', async () => {
  const end = { kind: 'abandoned', open: true, refusedDocument: false } as const;
  const [anew, reopen] = await remediesAfterEnd(archive, RECORD, { ...end, reason: 'wrong-phone' });
  expect(anew?.command).toMatch(/--new-attempt .* --email ADDRESS --phone NUMBER$/);
  expect(anew?.words).toMatch(/Give the right e-mail address and phone/);
  expect(reopen?.command).toMatch(/^videoid reopen/);
  const [first] = await remediesAfterEnd(archive, RECORD, { ...end, reason: 'gave-up' });
  expect(first?.command).toMatch(/^videoid reopen/);
});
