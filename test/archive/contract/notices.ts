import { Bridge } from '../../../src/archive/records/bridge.js';
import type { Outage } from '../../../src/messages/conditions.js';
import type { ProcessRecord } from '../../../src/messages/processes.js';
import { DAY, type TestedArchive } from './tested-archive.js';

const AT = '2026-01-02T03:00:00.000Z';

const words = (clock: string) => `the certificate expired, and the clock says ${clock}`;

/** Outages, running processes and callbacks. */
export function describeConditions(given: () => TestedArchive): void {
  const outage: Outage = {
    environment: 'sandbox',
    flow: 'signature',
    code: 'PROVIDER_UNREACHABLE',
    optimizer: 'https://optimizer.example',
    words: 'the connection was refused.',
    since: AT,
  };

  it('an outage keeps its beginning, and says why the Optimizer is out of reach now', async () => {
    const { notices } = given().archive;
    await notices.noteOutage(outage);
    const later = { code: 'TLS_FAILED', since: '2026-01-02T04:00:00.000Z' } as const;
    await notices.noteOutage({ ...outage, ...later, words: words('2026-01-02T04:00:00.000Z') });
    const noted = { ...outage, code: 'TLS_FAILED', words: words('2026-01-02T04:00:00.000Z') };
    expect(await notices.outages()).toEqual([noted]);
    await notices.noteOutage({ ...outage, ...later, words: words('2026-01-02T04:00:07.000Z') });
    expect(await notices.outages()).toEqual([noted]); // nothing is written for another time alone
    await notices.endOutage(outage);
    await notices.endOutage(outage);
    expect(await notices.outages()).toEqual([]);
  });

  it('each system of the provider has its own outage, and they are sorted', async () => {
    const { notices } = given().archive;
    const systems = (['production', 'a', 'B'] as const).flatMap((environment) =>
      (['signature', 'enrolment'] as const).map((flow) => ({ environment, flow })),
    );
    for (const system of systems) await notices.noteOutage({ ...outage, ...system });
    expect((await notices.outages()).map(({ environment, flow }) => `${environment} ${flow}`)).toEqual([
      'B enrolment',
      'B signature',
      'a enrolment',
      'a signature',
      'production enrolment',
      'production signature',
    ]);
    expect(await notices.readOutage({ environment: 'a', flow: 'enrolment' })).toMatchObject({ environment: 'a' });
    expect(await notices.readOutage({ environment: 'b', flow: 'enrolment' })).toBeUndefined();
    await expect(notices.readOutage({ environment: '../a', flow: 'enrolment' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    for (const system of systems) await notices.endOutage(system);
  });

  const worker: ProcessRecord = {
    kind: 'worker',
    host: 'host-1',
    address: '127.0.0.1:7280',
    version: '1.0.0+12345678',
    startedAt: AT,
    temporal: { address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'videoid' },
    keys: {
      encrypts: true,
      codec: [{ id: 'c', print: 'abc' }],
      seal: [],
      orders: [{ id: 'o', print: 'd', private: true }],
    },
  };
  const rows = async () => await given().rows.run((db) => db.selectFrom('processes').select('name').execute());

  it('a process that restarts replaces its record; others have their own', async () => {
    const { notices } = given().archive;
    await notices.noteProcess(worker);
    await notices.noteProcess({ ...worker, version: '1.0.1+87654321' });
    await notices.noteProcess({ ...worker, address: '127.0.0.1:7380' });
    await notices.noteProcess({ ...worker, kind: 'gateway' });
    const seen = (await notices.processes()).map(({ kind, address, version }) => [kind, address, version]);
    expect(seen).toHaveLength(3);
    expect(seen).toContainEqual(['worker', '127.0.0.1:7280', '1.0.1+87654321']);
    await notices.forgetProcess({ ...worker, address: '127.0.0.1:7380' });
    await notices.forgetProcess({ ...worker, address: '127.0.0.1:7380' });
    expect(await notices.processes()).toHaveLength(2);
  });

  it('a process that died is left out after minutes, and removed by the next one after a day', async () => {
    const { notices } = given().archive;
    for (const host of ['a', 'b']) await notices.noteProcess({ ...worker, host });
    await given().age(10 * 60_000);
    expect(await notices.processes()).toEqual([]);
    await notices.noteProcess({ ...worker, host: 'a' });
    expect(await notices.processes()).toMatchObject([{ host: 'a' }]);
    await given().age(2 * DAY);
    await notices.noteProcess(worker);
    expect(await rows()).toHaveLength(1);
  });

  it('a process whose record cannot be read does not count', async () => {
    const { notices } = given().archive;
    await notices.noteProcess(worker);
    await notices.noteProcess({ ...worker, host: 'newer' });
    await given().rows.run((db) =>
      db.updateTable('processes').set({ content: '{"kind":' }).where('content', 'like', '%newer%').execute(),
    );
    expect(await notices.processes()).toMatchObject([{ host: 'host-1' }]);
  });

  it('callbacks are counted for each gateway, and told for all together', async () => {
    const bridge = new Bridge(given().bridge);
    const known = { token: 'known', registrationAuthority: '12', digest: 'd' } as const;
    const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-01-03T00:00:00.000Z'];
    const first = { ...known, count: 3, since: early, last: late, setting: 'old' };
    const second = { ...known, count: 2, since: AT, setting: 'new' };
    const unknown = { token: 'unknown', count: 1, since: AT, last: AT } as const;
    await bridge.writeCounts('g1', [{ ...known, count: 1, since: early }]);
    await bridge.writeCounts('g1', [first]);
    expect(await bridge.countsOf('g1')).toEqual([first]);
    expect(await bridge.countsOf('g2')).toEqual([]);
    await given().bridge.run((db) =>
      db
        .updateTable('callback_counts')
        .set({ written_at: 0 + 1 })
        .execute(),
    );
    // The first is so old now that the second removes it.
    await bridge.writeCounts('g2', [second, unknown]);
    expect(await bridge.counts()).toEqual([second, unknown]);
    await bridge.writeCounts('g1', [first]);
    const merged = (await given().archive.notices.callbacks()).find(({ digest }) => digest === 'd');
    expect(merged).toMatchObject({ count: 5, since: early, last: late });
  });
}
