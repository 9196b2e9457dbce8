import type { Context } from '@temporalio/activity';
import { ActivityFailure, RetryState } from '@temporalio/common';
import { callersOf } from '../../src/activities/engine/callers.js';
import { Whereabouts } from '../../src/activities/engine/whereabouts.js';
import type { TemporalPlace } from '../../src/messages/temporal-place.js';
import { failureOf } from '../../src/workflows/engine/activity-failures.js';

const KEY = {
  flow: 'signature',
  reference: 'r',
  attempt: 1,
  archiveId: 'a',
  environment: 'e',
  registrationAuthority: '139',
};

const HERE = { namespace: 'here', namespaceId: 'n1', address: 'temporal:7233' };

const RECORDED = { outcome: 'signed', at: '2026-01-01T00:00:00Z', cleanup: 'done' };

interface Caller {
  workflowId?: string;
  workflowType?: string;
  activityType: string;
  order?: object;
  /** Where the request lives, if not here. */
  lives?: TemporalPlace;
  recorded?: object;
}

/** What a workflow learns of a step that is refused before it runs. Undefined if it is not refused. */
async function refusalOf({ activityType, order = {}, lives, recorded = RECORDED, ...caller }: Caller) {
  const { workflowId = 'signature-r', workflowType = 'signature' } = caller;
  let ran = false;
  const archive = {
    readOutcome: () => Promise.resolve(recorded as never),
    readProvider: () => Promise.resolve({ requestPk: '102' } as never),
    assertArchive: () => undefined,
    readPlace: () => Promise.resolve(lives),
    claimPlace: (_: unknown, place: TemporalPlace) => Promise.resolve(place),
  };
  const own = { known: () => Promise.resolve(HERE), is: (place: TemporalPlace) => Promise.resolve(place === HERE) };
  const info = { workflowExecution: { workflowId, runId: 'run' }, workflowType, activityType };
  const { inbound } = callersOf(archive, new Whereabouts(archive, own))({ info } as unknown as Context);
  const input = { args: [KEY, order, activityType], headers: {} };
  try {
    await inbound?.execute?.(input, () => Promise.resolve((ran = true)));
  } catch (error) {
    const { MAXIMUM_ATTEMPTS_REACHED } = RetryState;
    return failureOf(new ActivityFailure('', activityType, '1', MAXIMUM_ATTEMPTS_REACHED, 'w', error as Error));
  }
  return ran ? 'it ran' : 'nothing was done';
}

test.each([
  ['of a request that has ended', { activityType: 'approve' }, { code: 'REQUEST_ENDED', recorded: RECORDED }],
  [
    'that records another end',
    { activityType: 'record', order: { outcome: { outcome: 'expired' } } },
    { code: 'REQUEST_ENDED', recorded: RECORDED },
  ],
  [
    'that another workflow calls',
    { activityType: 'approve', workflowId: 'signature-other' },
    { code: 'ORDER_REFUSED' },
  ],
])('a step %s says so', async (_, caller, refusal) => {
  expect(await refusalOf(caller)).toMatchObject({ ...refusal, temporary: false });
});

test('the same end is recorded again, because its answer may be lost', async () => {
  const outcome = { ...RECORDED, cleanup: 'pending' };
  expect(await refusalOf({ activityType: 'clean', order: { outcome } })).toBe('it ran');
});

test('a cleanup goes on until it is done, and is not done again', async () => {
  const cleanup = { workflowId: 'cleanup-r', workflowType: 'cleanup', activityType: 'clean' };
  expect(await refusalOf({ ...cleanup, recorded: { ...RECORDED, cleanup: 'pending' } })).toBe('it ran');
  expect(await refusalOf(cleanup)).toBe('nothing was done');
});

test('a step of a request that was moved to another Temporal says where it lives, and how to end it here', async () => {
  const lives = { namespace: 'there', namespaceId: 'n2', address: 'other:7233' };
  const cleanup = { workflowId: 'cleanup-r', workflowType: 'cleanup', activityType: 'clean' };
  for (const caller of [{ activityType: 'record' }, { activityType: 'watch' }, cleanup]) {
    expect(await refusalOf({ ...caller, lives })).toMatchObject({
      code: 'REQUEST_ELSEWHERE',
      temporary: false,
      words: expect.stringMatching(
        /namespace there at other:7233.*namespace here at temporal:7233.*terminate --address temporal:7233 --namespace here --workflow-id (signature|cleanup)-r$/,
      ) as string,
      facts: { livesInNamespace: 'there', namespace: 'here' },
    });
  }
});
