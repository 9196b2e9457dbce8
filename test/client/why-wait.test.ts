import { verbCommand } from '../../src/client/commands.js';
import { waitOf } from '../../src/client/look/wait.js';
import type { RequestEvent, RequestStatus } from '../../src/messages/status.js';

const STATUS: RequestStatus = {
  reference: 'order-17',
  attempt: 1,
  workflowId: 'signature-order-17',
  flow: 'signature',
  registrationAuthority: '139',
  reviewMode: 'manual',
  stage: 'review',
  words: 'waiting for the decision',
  since: '2026-01-02T03:00:00.000Z',
  endsBy: [],
  verbs: [],
  provider: {},
  code: { notAccepted: 0 },
  events: [],
};

const event = (what: string, facts: RequestEvent['facts'] = {}): RequestEvent => ({ at: STATUS.since, what, facts });
const wait = (more: Partial<RequestStatus>) => waitOf({ ...STATUS, ...more }, 60_000);

describe('what a wait waits for', () => {
  test('is the stage alone where nothing else is known', () => {
    expect(wait({})).toEqual({ words: 'waiting for the decision' });
  });

  test('a decision that was refused is named with its code, until another one is taken', () => {
    const refused = event('decision-refused', {
      code: 'CREDENTIALS_REFUSED',
      words: 'HTTP 403: Invalid RAO credentials',
    });
    expect(wait({ events: [event('created'), refused] })).toEqual({
      words: "waiting for the decision; the officer's last decision was not taken: HTTP 403: Invalid RAO credentials",
      code: 'CREDENTIALS_REFUSED',
    });
    expect(wait({ events: [refused, event('approved')] })).not.toHaveProperty('code');
  });

  test('a code that was not accepted is named until another one is sent', () => {
    const inCode = { stage: 'code', code: { sentAt: STATUS.since, notAccepted: 2 } } as const;
    expect(wait({ ...inCode, events: [event('code-sent'), event('code-not-accepted')] })).toEqual({
      words:
        'waiting for the decision; the last code was not accepted (wrong or expired); the code was sent at 2026-01-02T03:00:00.000Z, the next can be requested from 2026-01-02T03:01:00.000Z; 2 codes were not accepted',
      code: 'CODE_NOT_ACCEPTED',
    });
    const sentAgain = [event('code-not-accepted'), event('code-sent')];
    expect(wait({ ...inCode, events: sentAgain })).not.toHaveProperty('code');
  });

  test('missing fields are named, a missing document in words', () => {
    expect(wait({ stage: 'completing', missing: ['title'] })).toEqual({
      words: 'waiting for the decision; missing: title',
    });
    expect(wait({ stage: 'completing', missing: ['DOCUMENTS_MISSING'] })).toMatchObject({
      words: expect.stringContaining('missing: a document') as string,
      code: 'DOCUMENTS_MISSING',
    });
  });

  test('a deadline is near only if it is the one that was reminded of', () => {
    const near = [event('deadline-near', { deadline: '2026-01-09T03:00:00.000Z' })];
    expect(wait({ deadline: '2026-01-09T03:00:00.000Z', events: near }).words).toContain('is near');
    expect(wait({ deadline: '2026-01-12T03:00:00.000Z', events: near }).words).not.toContain('is near');
  });
});

test.each([
  [undefined, '--field NAME=VALUE --document FILE'],
  [['title', 'organization_name'], '--field title=VALUE --field organization_name=VALUE'],
  [['title', 'DOCUMENTS_MISSING'], '--field title=VALUE --document FILE'],
  [['DOCUMENTS_MISSING'], '--document FILE'],
])('the command that provides %j', (missing, flags) => {
  const place = { reference: 'person-17', attempt: 1, latest: true, missing };
  expect(verbCommand('provide', place)).toBe(`videoid provide person-17 ${flags}`);
});
