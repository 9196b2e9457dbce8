import type { Archive } from '../../src/archive/archive.js';
import type { RequestRecord } from '../../src/archive/request-record.js';
import { verbRemedies } from '../../src/client/commands.js';
import { commandPlace } from '../../src/client/look/command-place.js';
import type { PendingWork } from '../../src/client/look/pending-work.js';
import { lastRead, mayReadAnew, type Moment } from '../../src/client/look/read-anew.js';
import { remediesOf, runningCause } from '../../src/client/look/running.js';
import { seenHere, withNextRead } from '../../src/client/look/seen-here.js';
import type { Config } from '../../src/config.js';
import type { Attention, RequestStatus } from '../../src/messages/status.js';

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
  event: 0,
  asOf: SINCE,
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

/** What \`why\` and \`show\` say. Both have the same words. */
async function found(
  given: Partial<RequestStatus>,
  config = settings({ o: OFFICER }),
  pending: PendingWork = { steps: [] },
) {
  const status = withNextRead(seenHere(config, RECORD, { ...STATUS, ...given }, { pending }), pending);
  const cause = runningCause(status, pending);
  return { ...cause, status, remedies: remediesOf(RECORD, status, await commandPlace({ archive, config }, RECORD)) };
}

/** A status in attention, as the request says it. */
function inAttention(more: Partial<Attention>): Pick<RequestStatus, 'words' | 'attention' | 'cause'> {
  const attention: Attention = {
    step: 'watch',
    code: 'PROVIDER_NOT_FOUND',
    words: 'HTTP 404: Request not found.',
    since: SINCE,
    tries: 1,
    awaits: 'operator',
    leavesByItself: false,
    remedies: ['retry', 'cancel'],
    ...more,
  };
  return { words: attention.words, attention, cause: attention.code };
}

async function commands(config: Config, verbs: RequestStatus['verbs']): Promise<string[]> {
  return verbRemedies(verbs, await commandPlace({ archive, config }, RECORD)).map(({ command }) => command);
}

describe('why a running request waits', () => {
  test('a decision that was not taken needs a person, a code that was refused waits for the signer', async () => {
    const words = "The officer's last decision was not taken: HTTP 403. Then decide again.";
    const facts = { decision: 'approve', officer: 'o' };
    const refused = inAttention({ step: 'approve', code: 'CREDENTIALS_REFUSED', words, awaits: 'people', facts });
    const reads = { steps: [{ step: 'watch', tries: 5, nextTry: SINCE }] };
    const why = await found(refused, undefined, reads);
    expect(why).toMatchObject({ state: 'attention', code: 'CREDENTIALS_REFUSED', words, leavesByItself: false });
    expect(why.tried).toBeUndefined(); // the next read is no try of the decision
    expect(why.remedies.map(({ command }) => command)).toEqual([
      'videoid approve order-17 --officer o --seen "where"',
      'videoid refuse order-17 --officer o --seen "where" --reason WORD',
      'videoid resolve order-17 --remedy retry',
      'videoid cancel order-17 --reason "why"',
    ]);
    expect(why.remedies[2]?.words).toBe('when the cause is gone: end this attention. An officer must still decide');
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

  test('a step that an operator let try again is shown with what it fails for now', async () => {
    const failure = { code: 'CLIENT_CERTIFICATE_FAILED', words: 'The client certificate expired' } as const;
    const again = inAttention({ step: 'create', code: 'SECRET_NOT_FOUND', words: 'The secret cannot be read.' });
    const pending = { steps: [{ step: 'create', tries: 4, since: SINCE, failure }] };
    const tried = await found({ ...again, underWay: 'create the request' }, undefined, pending);
    expect(tried).toMatchObject({ code: 'CLIENT_CERTIFICATE_FAILED', words: 'The client certificate expired.' });
    // While the decision is awaited, only reads go on.
    expect(await found(again, undefined, pending)).toMatchObject({ code: 'SECRET_NOT_FOUND' });
    const reads = { steps: [{ step: 'watch', tries: 4, since: SINCE, failure }] };
    expect(await found({ ...again, underWay: 'create the request' }, undefined, reads)).toMatchObject({
      code: 'SECRET_NOT_FOUND',
    });
  });

  test('a step that fails within its budget is shown with the wait, and the newest failure with the attention', async () => {
    const failure = { code: 'PROVIDER_BUSY', words: 'The provider is busy: HTTP 429' } as const;
    const pending = { steps: [{ step: 'watch', tries: 2, since: SINCE, failure }] };
    const words = 'The provider is busy: HTTP 429.';
    const failing = await found({}, undefined, pending);
    expect(failing).toMatchObject({ state: 'retrying', code: 'PROVIDER_BUSY', words });
    expect(failing.status).toMatchObject({ words: STATUS.words, failing: { code: 'PROVIDER_BUSY', words } });
    const begun = inAttention({
      code: 'PROVIDER_UNREACHABLE',
      words: 'Refused.',
      awaits: 'next-try',
      leavesByItself: true,
    });
    const newer = await found({ ...begun, words: 'Signed. Refused.' }, undefined, pending);
    expect(newer).toMatchObject({ state: 'retrying', code: 'PROVIDER_BUSY', words: `Signed. ${words}` });
    expect(newer.status).toMatchObject({ cause: 'PROVIDER_BUSY', attention: { code: 'PROVIDER_BUSY', words } });
  });

  test('a step that somebody paused is attention, also for the status', async () => {
    const why = await found({}, undefined, { steps: [{ step: 'watch', tries: 1, paused: true }] });
    expect(why).toMatchObject({
      state: 'attention',
      leavesByItself: false,
      endsBy: ['somebody unpauses it in the Temporal UI'],
    });
    expect(why.words).toMatch(/Somebody paused/);
    expect(why.status.attention).toMatchObject({ code: 'STEP_FAILED' });
  });

  test('a step that waits for a decision is not said to be tried again, and what a retry tries is named', async () => {
    const why = await found(
      { stage: 'preparing', ...inAttention({ step: 'upload', code: 'PROVIDER_REFUSED', words: 'HTTP 415: No.' }) },
      undefined,
      { steps: [{ step: 'watch', tries: 4, nextTry: SINCE }] },
    );
    expect(why.tried).toEqual({ step: 'upload', times: 1 });
    const lost = await found(inAttention({ step: 'upload', code: 'CREDENTIALS_REFUSED' }));
    expect(lost.remedies[0]?.words).toBe('when the cause is gone: upload the documents and fetch the contract again');
  });

  test('a document that was refused is named, and sent again only as the last remedy', async () => {
    const words = 'The provider refused document 1: HTTP 415.';
    const why = await found({
      stage: 'preparing',
      verbs: ['resolve', 'cancel'],
      ...inAttention({ step: 'upload', code: 'PROVIDER_REFUSED', words, facts: { document: 1 } }),
    });
    expect(why.words).toBe(`${words} Document 1 is "agreement.pdf".`);
    expect(why.status.attention?.words).toBe(why.words);
    expect(why.remedies.map(({ command }) => command)).toEqual([
      'videoid cancel order-17 --reason "why"',
      'videoid sign FILES --new-attempt --reference order-17',
      'videoid resolve order-17 --remedy retry',
    ]);
  });

  test('of a create in doubt the safe remedy comes first', async () => {
    const doubt = inAttention({ step: 'create', code: 'CREATE_IN_DOUBT', remedies: ['adopt', 'retry', 'cancel'] });
    const { remedies } = await found({ stage: 'creating', ...doubt });
    expect(remedies.map(({ words }) => words)).toEqual([
      expect.stringMatching(/shows the request.*without another bill/),
      expect.stringMatching(/shows nothing.*may bill twice/),
      expect.anything(),
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
