import type { Archive } from '../../src/archive/archive.js';
import type { RequestRecord } from '../../src/archive/request-record.js';
import { verbRemedies } from '../../src/client/commands.js';
import { commandPlace } from '../../src/client/look/command-place.js';
import type { PendingWork } from '../../src/client/look/pending-work.js';
import { lastRead, mayReadAnew, type Moment } from '../../src/client/look/read-anew.js';
import { runningCause } from '../../src/client/look/running.js';
import type { Config } from '../../src/config.js';
import type { RequestStatus } from '../../src/messages/status.js';

const SINCE = '2026-01-02T03:00:00.000Z';
const NOW = Date.parse('2026-01-03T00:00:00.000Z');
const OFFICER = { rao: '1', username: 'u', password: 'env:P', pin: 'env:PIN' };

const RECORD = {
  flow: 'signature',
  reference: 'order-17',
  attempt: 1,
  environment: 'sandbox',
  registrationAuthority: '139',
  documents: [{ index: 1, name: 'agreement.pdf', sha256: 'd', size: 1 }],
  policy: { watch: { gap: 5000 } },
} as unknown as RequestRecord;

const STATUS: RequestStatus = {
  reference: 'order-17',
  attempt: 1,
  workflowId: 'signature-order-17',
  flow: 'signature',
  registrationAuthority: '139',
  reviewMode: 'manual',
  stage: 'review',
  words: 'waiting for the decision',
  since: SINCE,
  endsBy: ['an officer approves or refuses'],
  verbs: ['approve', 'refuse', 'cancel'],
  provider: { requestPk: '101', status: 'VIDEOREVIEW', readAt: SINCE },
  code: { notAccepted: 0 },
  events: [],
};

function settings(officers: object, more: object = {}): Config {
  return {
    codeEntry: 'sandbox',
    environments: { sandbox: { env: 'sandbox' } },
    registrationAuthorities: { '139': { officers } },
    ...more,
  } as unknown as Config;
}

const archive = { latestAttempt: async (flow: string) => (flow === 'signature' ? 1 : 0) } as unknown as Archive;

async function found(
  status: Partial<RequestStatus>,
  config = settings({ o: OFFICER }),
  pending: PendingWork = { steps: [] },
) {
  return runningCause(
    config,
    RECORD,
    { ...STATUS, ...status },
    pending,
    await commandPlace({ archive, config }, RECORD),
  );
}

async function commands(config: Config, verbs: RequestStatus['verbs']): Promise<string[]> {
  return verbRemedies(verbs, await commandPlace({ archive, config }, RECORD)).map(({ command }) => command);
}

describe('why a running request waits', () => {
  test('a decision that was refused needs a person, a code that was refused waits for the signer', async () => {
    expect(await found({ cause: 'CREDENTIALS_REFUSED' })).toMatchObject({
      state: 'attention',
      code: 'CREDENTIALS_REFUSED',
      leavesByItself: false,
    });
    expect(await found({ stage: 'code', cause: 'CODE_NOT_ACCEPTED' })).toMatchObject({
      state: 'waiting',
      leavesByItself: true,
    });
  });

  test('a step that is carried out is no wait', async () => {
    expect(await found({ underWay: 'approve in the name of the officer' })).toMatchObject({ state: 'under-way' });
  });

  test('an authority or officer that the settings lost is named, and no command is printed that needs it', async () => {
    const lost = await found({}, { ...settings({}), registrationAuthorities: {} });
    expect(lost).toMatchObject({ state: 'attention', code: 'UNKNOWN_REGISTRATION_AUTHORITY', leavesByItself: false });
    expect(lost.words).toMatch(/authority 139 is not in the settings.*Put it back/);
    expect(lost.remedies.map(({ command }) => command)).toEqual(['videoid cancel order-17 --reason "why"']);
    expect(await found({}, settings({}))).toMatchObject({ state: 'attention', code: 'UNKNOWN_OFFICER' });
    expect(await found({ stage: 'video' }, settings({}))).toMatchObject({ state: 'waiting' });
  });

  test('where nobody can decide here, an officer does not end the wait', async () => {
    const endsBy = ['an officer approves or refuses', "a decision in the provider's console"];
    expect(await found({ endsBy }, settings({}))).toMatchObject({ endsBy: ["a decision in the provider's console"] });
    expect(await found({ endsBy })).toMatchObject({ endsBy });
  });

  test('refused credentials of an officer are named, and the next read is no try of the decision', async () => {
    const events = [{ at: SINCE, what: 'decision-refused', actor: { kind: 'officer', id: 'o' } }] as const;
    const words = "waiting. The officer's last decision was not taken: HTTP 403: Invalid RAO credentials";
    const reads = { steps: [{ step: 'watch', tries: 5, nextTry: SINCE }] };
    const why = await found({ cause: 'CREDENTIALS_REFUSED', words, events: [...events] }, undefined, reads);
    expect(why.words).toMatch(
      /Invalid RAO credentials\. Correct the credentials of registrationAuthorities\.139\.officers\.o,/,
    );
    expect(why.tried).toBeUndefined();
  });

  test('what the provider answers in short is explained, in whole sentences', async () => {
    const words = 'HTTP 404: Request not found';
    const attention = { step: 'watch', code: 'PROVIDER_NOT_FOUND', words, since: SINCE, tries: 1 } as const;
    const lost = await found({
      words,
      attention: { ...attention, leavesByItself: false, remedies: ['retry', 'cancel'] },
    });
    expect(lost.words).toBe(
      'The provider does not know the request, or something that belongs to it: HTTP 404: Request not found.',
    );
    const failure = { code: 'PROVIDER_BUSY', words: 'HTTP 429: Too many requests' } as const;
    const busy = await found({}, undefined, { steps: [{ step: 'watch', tries: 2, failure }] });
    expect(busy.words).toMatch(/^The provider is busy, or .*: HTTP 429/);
  });

  test('refused billing names the setting', async () => {
    const words = 'HTTP 500: Cannot check the remaining credit for the billing user.';
    const attention = { step: 'create', code: 'CREDENTIALS_REFUSED', words, since: SINCE, tries: 1 } as const;
    const why = await found({
      stage: 'creating',
      words,
      attention: { ...attention, leavesByItself: false, remedies: ['retry', 'cancel'] },
    });
    expect(why.words).toBe(`${words} Check registrationAuthorities.139.billing in the settings, then retry.`);
  });

  test('a step that waits for a decision is not said to be tried again', async () => {
    const words = 'HTTP 415: Unsupported';
    const attention = { step: 'upload', code: 'PROVIDER_REFUSED', words, since: SINCE, tries: 1 } as const;
    const why = await found(
      { stage: 'preparing', words, attention: { ...attention, leavesByItself: false, remedies: ['retry', 'cancel'] } },
      undefined,
      { steps: [{ step: 'watch', tries: 4, nextTry: SINCE }] },
    );
    expect(why.tried).toEqual({ step: 'upload', times: 1 });
  });

  test('a document that was refused is named, and sent again only as the last remedy', async () => {
    const why = await found({
      stage: 'preparing',
      words: 'The provider refused document 1: HTTP 415.',
      verbs: ['resolve', 'cancel'],
      attention: {
        step: 'upload',
        code: 'PROVIDER_REFUSED',
        words: 'The provider refused document 1: HTTP 415.',
        since: SINCE,
        tries: 1,
        leavesByItself: false,
        remedies: ['retry', 'cancel'],
        facts: { document: 1 },
      },
    });
    expect(why.words).toBe('The provider refused document 1: HTTP 415. Document 1 is "agreement.pdf".');
    expect(why.remedies.map(({ command }) => command)).toEqual([
      'videoid cancel order-17 --reason "why"',
      'videoid sign FILES --new-attempt --reference order-17',
      'videoid resolve order-17 --remedy retry',
    ]);
  });
});

describe('the printed commands', () => {
  test('ask the officer for what the settings lack, and prefer an officer for whom nothing is asked', async () => {
    const { pin: _pin, ...withoutPin } = OFFICER;
    expect(await commands(settings({ a: withoutPin }), ['approve'])).toEqual([
      'videoid approve order-17 --officer a --seen "where" --ask-pin',
    ]);
    expect(await commands(settings({ a: withoutPin, b: OFFICER }), ['approve'])).toEqual([
      'videoid approve order-17 --officer b --seen "where"',
    ]);
    const token = { rao: '1', token: 'env:T' };
    expect(await commands(settings({ a: token }), ['approve'])).toEqual([
      'videoid approve order-17 --officer a --seen "where"',
    ]);
  });

  test('leave the signer’s acts to the signer on production', async () => {
    const production = { environments: { sandbox: { env: 'prod' } } };
    expect(await commands(settings({}, production), ['code', 'sign', 'cancel'])).toHaveLength(1);
    expect(
      await commands(settings({}, { ...production, codeEntry: 'allowed' }), ['code', 'sign', 'cancel']),
    ).toHaveLength(3);
  });
});

function moment(status: Partial<RequestStatus>, pending: PendingWork = { steps: [] }, historyLength = 50): Moment {
  return { status: { ...STATUS, ...status }, pending, description: { historyLength } } as unknown as Moment;
}

describe('a new read of the provider', () => {
  test('is asked for where people act, not in the gap, not during a step, and not in a long history', () => {
    expect(mayReadAnew(moment({}), RECORD, NOW)).toBe(true);
    expect(mayReadAnew(moment({ provider: {} }), RECORD, NOW)).toBe(false);
    expect(mayReadAnew(moment({ underWay: 'approve' }), RECORD, NOW)).toBe(false);
    expect(mayReadAnew(moment({ stage: 'archiving' }), RECORD, NOW)).toBe(false);
    expect(mayReadAnew(moment({}, { steps: [] }, 20_000), RECORD, NOW)).toBe(false);
    const provider = { requestPk: '101', readAt: new Date(NOW - 1000).toISOString() };
    expect(mayReadAnew(moment({ provider }), RECORD, NOW)).toBe(false);
  });

  test('counts also where it found nothing new', () => {
    const readAt = '2026-01-02T04:00:00.000Z';
    const steps = [{ step: 'watch', tries: 3, readAt }];
    expect(lastRead(moment({}, { steps }))).toBe(readAt);
    expect(lastRead(moment({}))).toBe(SINCE);
    expect(lastRead(moment({ provider: {} }))).toBeUndefined();
  });
});
