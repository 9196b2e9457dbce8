import type { AnyRequest } from '../../src/messages/request.js';
import { withMoments } from '../../src/messages/moments.js';
import type { RequestEvent } from '../../src/messages/status.js';
import { RequestState } from '../../src/workflows/engine/request-state.js';
import { checklist, statusOf } from '../../src/workflows/engine/status.js';

const THEN = Date.parse('2026-01-02T03:00:00.000Z');
const DEADLINE = '2026-01-09T03:00:00.000Z';

function aState(fields: Partial<RequestState>, events: RequestEvent[] = []): RequestState {
  const key = { flow: 'signature', reference: 'r', attempt: 1, registrationAuthority: '139' };
  const request = { key, reviewMode: 'manual', policy: { code: { coolDown: 60_000 } } } as AnyRequest;
  const state = new RequestState(request, () => undefined);
  state.events.push(...events);
  return Object.assign(state, { stage: 'review', since: THEN, ...fields });
}

const event = (what: string, facts: RequestEvent['facts'] = {}): RequestEvent => ({
  at: new Date(THEN).toISOString(),
  what,
  facts,
});

function said(fields: Partial<RequestState>, events: RequestEvent[] = []) {
  const { words, cause } = statusOf(aState(fields, events), DEADLINE);
  return { words, cause };
}

const DECISION = "waiting for the registration authority operator's decision";

describe('what a request says that it waits for', () => {
  test('is the stage alone where nothing else is known', () => {
    expect(said({})).toEqual({ words: DECISION, cause: undefined });
  });

  test('a document that is missing has words, also in what ends the wait', () => {
    const missing = ['DOCUMENTS_MISSING', 'title'];
    const { words, endsBy } = statusOf(aState({ stage: 'completing', missing }), DEADLINE);
    const lack = 'a document that the provider needs for the approval, title';
    expect(words).toContain(`Missing: ${lack}`);
    expect(endsBy).toContain(`the requester provides: ${lack}`);
  });

  test('data that was refused is named with its code, until other data is provided', () => {
    const inCompleting = { stage: 'completing' } as const;
    const stage = 'waiting for data or documents that the video did not give';
    const refused = event('data-refused', { code: 'PROVIDER_REFUSED', words: 'HTTP 412: Invalid request fields.' });
    expect(said(inCompleting, [refused])).toEqual({
      words: `${stage}. The data provided last was not accepted: HTTP 412: Invalid request fields`,
      cause: 'PROVIDER_REFUSED',
    });
    expect(said(inCompleting, [refused, event('data-provided')]).cause).toBeUndefined();
    expect(said({ ...inCompleting, since: THEN + 1 }, [refused]).cause).toBeUndefined();
  });

  test('a code that was not accepted is named until another one is sent', () => {
    const inCode = { stage: 'code', sentAt: new Date(THEN).toISOString(), notAccepted: 2 } as const;
    const stage = 'waiting for the signer to type the code';
    const sent =
      'The code was sent at 2026-01-02T03:00:00.000Z, the next can be requested from 2026-01-02T03:01:00.000Z. 2 codes were not accepted';
    expect(said(inCode, [event('code-sent'), event('code-not-accepted')])).toEqual({
      words: `${stage}. The last code was not accepted (wrong or expired). ${sent}`,
      cause: 'CODE_NOT_ACCEPTED',
    });
    expect(said(inCode, [event('code-not-accepted'), event('code-sent')])).toEqual({
      words: `${stage}. ${sent}`,
      cause: undefined,
    });
  });

  test('missing fields are named, a missing document in words', () => {
    const stage = 'waiting for data or documents that the video did not give';
    expect(said({ stage: 'completing', missing: ['title'] })).toEqual({
      words: `${stage}. Missing: title`,
      cause: undefined,
    });
    expect(said({ stage: 'completing', missing: ['DOCUMENTS_MISSING'] })).toEqual({
      words: `${stage}. Missing: a document that the provider needs for the approval`,
      cause: 'DOCUMENTS_MISSING',
    });
  });

  test('a deadline is near only if it is the one that was reminded of', () => {
    expect(said({}, [event('deadline-near', { deadline: DEADLINE })]).words).toContain(
      `deadline at ${DEADLINE} is near`,
    );
    expect(said({}, [event('deadline-near', { deadline: '2026-01-08' })]).words).not.toContain('near');
  });

  test('a step that is carried out is not shown as a wait for people', () => {
    const underWay = 'approve in the name of the officer';
    const state = aState({ underWay, providerStatus: 'VIDEOREVIEW' });
    expect(statusOf(state, DEADLINE)).toMatchObject({
      words: `being carried out at the provider: ${underWay}`,
      underWay,
      endsBy: ["the provider's answer"],
      verbs: ['identity', 'extend', 'cancel'],
    });
  });

  test('an approval that the provider has taken and does not show yet waits for nobody', () => {
    expect(statusOf(aState({ approved: true, providerStatus: 'VIDEOREVIEW' }), DEADLINE)).toMatchObject({
      words: 'approved. Waiting until the provider shows it',
      endsBy: ['the provider shows the approval that it has taken', `the deadline at ${DEADLINE}`],
      verbs: ['correct', 'identity', 'extend', 'cancel'],
    });
  });

  test('the checklist says the same as the status, with moments as people read them', () => {
    const inCode = { stage: 'code', sentAt: new Date(THEN).toISOString() } as const;
    const state = aState(inCode, [event('code-not-accepted')]);
    const { words, endsBy } = statusOf(state, DEADLINE);
    const screen = checklist(state, DEADLINE);
    for (const line of [`▶ **${words}**`, ...endsBy]) expect(screen).toContain(withMoments(line));
    expect(screen).toContain('the deadline at 2026-01-09 03:00:00 UTC');
  });
});
