import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import type { Outcome } from '../../src/messages/outcome.js';
import type { RequestPk, VideoidPk } from '../../src/messages/request.js';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/file-archive.js';
import { keyOf, newArchive, removeDirectories, startedRequest } from './sample-start.js';

afterEach(removeDirectories);

const key = keyOf('records');
let archive: Archive;
let directory: string;

beforeEach(async () => {
  ({ archive, directory } = await newArchive());
  await startedRequest(archive, key);
});

/** The most workers that there may be, each with the archive open. */
async function workers(count: number): Promise<Archive[]> {
  return await Promise.all(Array.from({ length: count }, () => openArchive({ directory, reserveBytes: 0 })));
}

describe('a mark', () => {
  it('is set by exactly one of many workers', async () => {
    const opened = await workers(8);
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(opened.map((worker) => worker.mark(key, `sign-${round}`)));
      expect(answers.filter(Boolean)).toHaveLength(1);
    }
  });

  it('shows whether and when it was set, and can be removed', async () => {
    expect(await archive.hasMark(key, 'create')).toBe(false);
    expect(await archive.markedAt(key, 'create')).toBeUndefined();
    expect(await archive.mark(key, 'create')).toBe(true);
    expect(await archive.mark(key, 'create')).toBe(false);
    expect(await archive.hasMark(key, 'create')).toBe(true);
    const at = await archive.markedAt(key, 'create');
    expect(new Date(at ?? '').toISOString()).toBe(at);
    await archive.unmark(key, 'create');
    await archive.unmark(key, 'create');
    expect(await archive.hasMark(key, 'create')).toBe(false);
    expect(await archive.mark(key, 'create')).toBe(true);
  });

  it('belongs to one attempt', async () => {
    await startedRequest(archive, keyOf('records', 2));
    await archive.mark(key, 'create');
    expect(await archive.hasMark(keyOf('records', 2), 'create')).toBe(false);
  });

  it('has no name that leads elsewhere', async () => {
    for (const name of ['../outcome.json', '', '.', '..', 'a/b', 'a\u0000']) {
      await expect(archive.mark(key, name)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
  });
});

describe('an outcome', () => {
  const signed: Outcome = {
    outcome: 'signed',
    reference: 'records',
    attempt: 1,
    reason: 'signed',
    note: 'free words',
    actor: { kind: 'signer' },
    at: '2025-01-02T03:04:05.678Z',
    cleanup: 'pending',
    documents: [
      {
        index: 1,
        sha256: 'a'.repeat(64),
        size: 3,
        verification: { result: 'passed', reasons: [], facts: { algorithm: 'x' } },
      },
    ],
    contract: {
      sha256: 'b'.repeat(64),
      size: 4,
      signed: false,
      verification: { result: 'indeterminate', reasons: ['unsigned'], facts: {} },
    },
    durations: { video: 1.5 },
  };
  const refused: Outcome = { ...signed, outcome: 'refused', reason: 'refused-by-officer' };

  it('is read back as it was recorded', async () => {
    expect(await archive.readOutcome(key)).toBeUndefined();
    await archive.recordOutcome(key, signed);
    await archive.recordOutcome(key, signed);
    expect(await archive.readOutcome(key)).toEqual(signed);
  });

  it('does not change to another', async () => {
    await archive.recordOutcome(key, signed);
    await expect(archive.recordOutcome(key, refused)).rejects.toMatchObject({
      code: 'REQUEST_ENDED',
      facts: { outcome: 'signed', reason: 'signed' },
    });
    await expect(archive.recordOutcome(key, { ...signed, at: '2025-01-03T00:00:00Z' })).rejects.toMatchObject({
      code: 'REQUEST_ENDED',
    });
    expect(await archive.readOutcome(key)).toEqual(signed);
  });

  it('learns that cleanup is done, and does not forget it by a late repetition', async () => {
    const done: Outcome = { ...signed, cleanup: 'done' };
    await archive.recordOutcome(key, signed);
    await archive.recordOutcome(key, done);
    await archive.recordOutcome(key, signed);
    expect(await archive.readOutcome(key)).toEqual(done);
    await expect(archive.recordOutcome(key, { ...signed, cleanup: 'none' })).rejects.toMatchObject({
      code: 'REQUEST_ENDED',
    });
  });

  it('is one, when two workers end a request differently at the same moment', async () => {
    const [one, other] = await workers(2);
    const answers = await Promise.allSettled([one?.recordOutcome(key, signed), other?.recordOutcome(key, refused)]);
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('of another attempt is refused', async () => {
    await expect(archive.recordOutcome(key, { ...signed, attempt: 2 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('the index', () => {
  const pk = '4711' as RequestPk;
  const entry = { workflowId: 'signature-records', flow: 'signature', reference: 'records', attempt: 1 } as const;

  it('finds the workflow of a provider id, per environment', async () => {
    await archive.writeIndex('sandbox', pk, entry);
    await archive.writeIndex('sandbox', pk, entry);
    expect(await archive.readIndex('sandbox', '4711')).toEqual(entry);
    expect(await archive.readIndex('production', '4711')).toBeUndefined();
    expect(await archive.readIndex('sandbox', '4712')).toBeUndefined();
  });

  it('does not give an id to a second workflow', async () => {
    await archive.writeIndex('sandbox', pk, entry);
    const other = { ...entry, workflowId: 'signature-other', reference: 'other' };
    await expect(archive.writeIndex('sandbox', pk, other)).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: 'requestPk',
      facts: { workflowId: 'signature-records' },
    });
    expect(await archive.readIndex('sandbox', '4711')).toEqual(entry);
  });

  it('leads to the later attempt of a reference that took the id up, and never back', async () => {
    await archive.writeIndex('sandbox', pk, entry);
    const later = { ...entry, workflowId: 'signature-records~2', attempt: 2 };
    await archive.writeIndex('sandbox', pk, later);
    expect(await archive.readIndex('sandbox', '4711')).toEqual(later);
    await expect(archive.writeIndex('sandbox', pk, entry)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('knows no id that leads elsewhere, whatever a forged hint says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom('.', '/', '\\', '\u0000', 'a') }), async (forged) => {
        expect(await archive.readIndex('sandbox', forged)).toBeUndefined();
      }),
    );
    expect(await archive.readIndex('sandbox', '../../archive.json')).toBeUndefined();
    await expect(archive.readIndex('..', '4711')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('the ids that the provider gave', () => {
  const given = { videoidPk: '1' as VideoidPk, requestPk: '2' as RequestPk, videoidLink: 'https://example.com/v' };

  it('is unknown until it is written, and replaced by what an operator adopts', async () => {
    expect(await archive.readProvider(key)).toBeUndefined();
    await archive.writeProvider(key, given);
    expect(await archive.readProvider(key)).toEqual(given);
    const adopted = { videoidPk: '3' as VideoidPk, requestPk: '4' as RequestPk };
    await archive.writeProvider(key, adopted);
    expect(await archive.readProvider(key)).toEqual(adopted);
  });

  it('is reported as unreadable when it is damaged', async () => {
    await archive.writeProvider(key, given);
    await writeFile(join(directory, 'requests', 'records', '1', 'provider.json'), '{"videoidPk":1}');
    await expect(archive.readProvider(key)).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
      message: expect.stringContaining('records/1/provider.json'),
      remedy: expect.stringContaining('from a copy of the archive'),
      facts: { reason: 'unreadable provider.json' },
    });
  });
});

function timeAt(second: number): string {
  return `2025-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;
}

describe('events', () => {
  it('from several workers are all kept and come back in the order of time', async () => {
    const opened = await workers(3);
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => n).map((n) =>
        opened[n % 3]?.appendEvent(key, { what: 'link-shown', at: timeAt(29 - n), channel: 'web', facts: { n } }),
      ),
    );
    const events = await archive.events(key);
    expect(events.map((event) => event.at)).toEqual(Array.from({ length: 30 }, (_, second) => timeAt(second)));
    expect(events[0]).toEqual({ what: 'link-shown', at: timeAt(0), channel: 'web', facts: { n: 29 } });
  });

  it('are none at first, and need a time', async () => {
    expect(await archive.events(key)).toEqual([]);
    await expect(archive.appendEvent(key, { what: 'x', at: 'yesterday' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      field: 'at',
    });
  });
});

describe('evidence', () => {
  it('lies beside the files, replaced by writing it again', async () => {
    await archive.writeEvidence(key, { version: 1, first: true }, { replace: true });
    await archive.writeEvidence(key, { version: 1 }, { replace: true });
    const { stream } = await archive.openFile(key, { kind: 'evidence' });
    expect(JSON.parse(Buffer.concat(await stream.toArray()).toString())).toEqual({ version: 1 });
  });

  it('stays if the caller does not replace it', async () => {
    await archive.writeEvidence(key, { version: 1 }, { replace: false });
    await archive.writeEvidence(key, { version: 2 }, { replace: false });
    const { stream } = await archive.openFile(key, { kind: 'evidence' });
    expect(JSON.parse(Buffer.concat(await stream.toArray()).toString())).toEqual({ version: 1 });
  });
});
