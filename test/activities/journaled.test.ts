import { MockActivityEnvironment } from '@temporalio/testing';
import { journaled } from '../../src/activities/engine/journaled.js';
import { stepFailure, stillWaiting } from '../../src/activities/engine/failures.js';
import type { JournalRecords } from '../../src/archive/journal.js';
import { createLogger } from '../../src/logging/logger.js';
import type { Activities } from '../../src/messages/activities.js';
import { VideoIdError } from '../../src/messages/failures.js';
import type { Envelope } from '../../src/messages/journal.js';
import type { RequestKey } from '../../src/messages/request.js';
import { QUIET } from '../quiet.js';

const KEY: RequestKey = {
  flow: 'signature',
  reference: 'r',
  attempt: 1,
  archiveId: 'a',
  environment: 'sandbox',
  registrationAuthority: '1',
};
const RUN = 'run';
const ENVELOPE: Envelope = {
  run: RUN,
  started: '2026-01-01T00:00:00.000Z',
  revision: 1,
  after: 2,
  events: [{ number: 3, at: '2026-01-01T00:00:00.000Z', what: 'created' }],
  stand: { stage: 'video', words: '', since: '', endsBy: [], verbs: [], provider: {}, code: { notAccepted: 0 } },
};
const AWAY = new VideoIdError('ARCHIVE_UNAVAILABLE', 'It is away.');

/** An archive that answers as a test says, and what it was asked. */
class Asked {
  readonly done: string[] = [];
  readonly tries: Parameters<JournalRecords['noteTry']>[2][] = [];
  readonly logged: unknown[] = [];

  constructor(
    private readonly answer: () => { upTo: number; differs?: number[] },
    private readonly step: () => unknown = () => 'found',
  ) {}

  /** Runs one try of a step. */
  async tried(name: 'record' | 'watch' | 'journal', envelope: Envelope | undefined = ENVELOPE, attempt = 1) {
    const archive = {
      assertArchive: () => undefined,
      writeJournal: async () => {
        this.done.push('written');
        return { differs: [], ...this.answer() };
      },
      noteTry: async (_key: unknown, _run: string, failed: Parameters<JournalRecords['noteTry']>[2]) => {
        this.tries.push(failed);
      },
    };
    const step = async () => {
      this.done.push(name);
      return this.step();
    };
    const activities = { record: step, watch: step, journal: step } as unknown as Activities;
    const logger = createLogger({ process: 'test', level: 'silent' });
    logger.error = (fields: unknown) => void this.logged.push(fields);
    const call = journaled(activities, { archive, logger })[name] as unknown as (
      key: RequestKey,
      order: object,
      envelope?: Envelope,
    ) => Promise<unknown>;
    const workflowExecution = { workflowId: 'signature-r', runId: RUN };
    const info = { attempt, workflowExecution };
    return await new MockActivityEnvironment(info, { logger: QUIET }).run(() => call(KEY, {}, envelope));
  }
}

test('the envelope is written before the step runs, and the answer says how far', async () => {
  const at = new Asked(() => ({ upTo: 3 }));
  expect(await at.tried('watch')).toEqual({ done: { value: 'found' }, acknowledged: { run: 'run', upTo: 3 } });
  expect(at.done).toEqual(['written', 'watch']);
});

test('a step that the run before a reset had ordered does not run, so that the new run orders it', async () => {
  const at = new Asked(() => ({ upTo: 3 }));
  expect(await at.tried('watch', { ...ENVELOPE, run: 'earlier' })).toEqual({});
  expect(at.done).toEqual([]);
});

test('without an envelope, the step only runs', async () => {
  const at = new Asked(() => ({ upTo: 3 }));
  const activities = { watch: async () => 'found' } as unknown as Activities;
  const logger = createLogger({ process: 'test', level: 'silent' });
  const place = { archive: { assertArchive: () => undefined } as never, logger };
  expect(await journaled(activities, place).watch(KEY, {} as never)).toEqual({ done: { value: 'found' } });
  expect(at.done).toEqual([]);
});

test('a step does not run while the archive lacks events before those of its envelope', async () => {
  const at = new Asked(() => ({ upTo: 1 }));
  expect(await at.tried('watch')).toEqual({ acknowledged: { run: 'run', upTo: 1 } });
  expect(at.done).toEqual(['written']);
});

test('the end is not recorded while any event is missing', async () => {
  const at = new Asked(() => ({ upTo: 2 }));
  expect(await at.tried('record', { ...ENVELOPE, last: true })).toEqual({ acknowledged: { run: 'run', upTo: 2 } });
  expect(at.done).toEqual(['written']);
});

test('while the archive is away, a step goes on, and reports the same trouble if it has it', async () => {
  const at = new Asked(() => {
    throw AWAY;
  });
  expect(await at.tried('watch')).toEqual({ done: { value: 'found' } });
});

test.each([
  ['that only writes', 'journal', ENVELOPE],
  ['that records the end', 'record', { ...ENVELOPE, last: true } as const],
] as const)('while the archive is away, an activity %s is tried again', async (_which, name, envelope) => {
  const at = new Asked(() => {
    throw AWAY;
  });
  await expect(at.tried(name, envelope)).rejects.toMatchObject({ type: 'ARCHIVE_UNAVAILABLE', nonRetryable: false });
  expect(at.done).toEqual(['written']);
});

test('other events under the same numbers are an alarm in the log', async () => {
  const at = new Asked(() => ({ upTo: 3, differs: [3] }));
  await at.tried('watch');
  expect(at.logged).toEqual([{ workflowId: 'signature-r', event: 3 }]);
});

function failing(): never {
  throw stepFailure('PROVIDER_UNREACHABLE', 'It is away.', { retry: true });
}

describe('what a try found is noted', () => {
  test('if it failed and is tried again', async () => {
    const at = new Asked(() => ({ upTo: 3 }), failing);
    await expect(at.tried('watch', ENVELOPE, 2)).rejects.toMatchObject({ type: 'PROVIDER_UNREACHABLE' });
    expect(at.tries).toEqual([{ step: 'watch', code: 'PROVIDER_UNREACHABLE', words: 'It is away.', tries: 2 }]);
  });

  test('if a later one succeeded, or read nothing new', async () => {
    const at = new Asked(() => ({ upTo: 3 }));
    await at.tried('watch', ENVELOPE, 2);
    const waiting = new Asked(
      () => ({ upTo: 3 }),
      () => {
        throw stillWaiting(1);
      },
    );
    await expect(waiting.tried('watch', ENVELOPE, 2)).rejects.toMatchObject({ type: 'STILL_WAITING' });
    expect([at.tries, waiting.tries]).toEqual([[undefined], [undefined]]);
  });

  test('not if nothing is noted yet, and not if the request itself will say it', async () => {
    const at = new Asked(() => ({ upTo: 3 }));
    await at.tried('watch');
    const refused = new Asked(
      () => ({ upTo: 3 }),
      () => {
        throw stepFailure('PROVIDER_REFUSED', 'No.');
      },
    );
    await expect(refused.tried('watch')).rejects.toMatchObject({ type: 'PROVIDER_REFUSED' });
    expect([at.tries, refused.tries]).toEqual([[], []]);
  });
});
