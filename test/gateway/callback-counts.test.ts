import { openBridge } from '../../src/archive/open-bridge.js';
import type { Bridge } from '../../src/archive/records/bridge.js';
import { CallbackCounts, tokenDigest } from '../../src/gateway/webhooks/callback-counts.js';
import { type CallbackCount, callbackTroubles } from '../../src/messages/callbacks.js';
import { recordsOf } from '../archive/records-of.js';
import { newArchive, removeDirectories } from '../archive/sample-start.js';

let directory: string;
let bridge: Bridge;
beforeEach(async () => {
  const made = await newArchive();
  await made.archive.close();
  directory = made.directory;
  bridge = await openBridge({ directory, reserve: 0 });
});
afterEach(async () => {
  await bridge.close();
  await removeDirectories();
});

/** A gateway with these tokens for registration authority 139. */
async function gateway(name: string, ...tokens: string[]) {
  const known = tokens.map((token, at) => ({
    registrationAuthority: '139',
    setting: `registrationAuthorities.139.webhookTokens[${at}]`,
    digest: tokenDigest(token),
  }));
  const place = {
    bridge,
    gateway: name,
    failed: (error: Error) => {
      throw error;
    },
  };
  const counts = await CallbackCounts.open(place, known);
  return {
    call(token: string): void {
      const source = known.find(({ digest }) => digest === tokenDigest(token));
      if (source) counts.known(source);
      else counts.wrong(token);
    },
    stop: () => counts.close(),
  };
}

const words = async (): Promise<string[]> =>
  callbackTroubles(await bridge.counts(), Date.now()).map((each) => each.words);

it('calls with a token that nobody knows are counted over restarts and gateways, and the token is not kept', async () => {
  for (const name of ['a', 'b', 'a']) {
    const one = await gateway(name, 'right');
    one.call('right');
    one.call('wrong-1');
    one.call('wrong-2');
    await one.stop();
  }
  expect(await bridge.counts()).toMatchObject([
    { token: 'known', count: 3 },
    { token: 'unknown', count: 6 },
  ]);
  expect(await words()).toEqual([expect.stringMatching(/the settings do not have: 6 since .* They are refused\.$/)]);
  const kept = recordsOf(directory).bridgeRows('callback_counts');
  expect(kept).toHaveLength(2);
  for (const text of ['right', 'wrong-1']) expect(JSON.stringify(kept)).not.toContain(text);
});

it('a token that was removed from the settings is recognised, at every gateway, and whose it was', async () => {
  await (await gateway('a', 'old', 'new')).stop();
  const other = await gateway('b', 'new');
  other.call('old');
  other.call('new');
  await other.stop();
  expect(await words()).toEqual([
    expect.stringMatching(/authority 139 come with a token that was removed from the settings: 1 /),
  ]);
  const again = await gateway('b', 'new', 'old'); // put back
  await again.stop();
  expect(await words()).toEqual([]);
});

it('a flood of wrong calls stays one small row', async () => {
  const one = await gateway('a', 'right');
  for (let call = 0; call < 5000; call += 1) one.call(`guess-${call}`);
  await one.stop();
  const kept = recordsOf(directory).bridgeRows('callback_counts');
  expect(kept).toMatchObject([{ gateway: 'a' }]);
  expect(JSON.stringify(kept).length).toBeLessThan(1000);
  expect(await bridge.counts()).toMatchObject([{ count: 0 }, { token: 'unknown', count: 5000 }]);
});

const NOW = Date.parse('2026-03-01T00:00:00.000Z');

const counted = (count: Partial<CallbackCount>): CallbackCount => ({
  token: 'known',
  registrationAuthority: '139',
  count: 3,
  since: '2026-01-01T00:00:00.000Z',
  last: '2026-02-28T00:00:00.000Z',
  ...count,
});

const said = (...counts: CallbackCount[]): string[] => callbackTroubles(counts, NOW).map((each) => each.words);

describe('what the counts mean', () => {
  const newer = counted({ setting: 'second', since: '2026-02-01T00:00:00.000Z' });

  it('an old token that is still used weeks after the new one came is named', () => {
    expect(said(counted({ setting: 'first' }), newer)).toEqual([
      expect.stringMatching(/old token, first: .* The new one, second,/),
    ]);
  });

  it('says nothing in the first two weeks, and when it is no longer used', () => {
    expect(said(counted({}), { ...newer, since: '2026-02-20T00:00:00.000Z' })).toEqual([]);
    expect(said(counted({ last: '2026-02-01T00:00:00.000Z' }), newer)).toEqual([]);
  });

  it('wrong calls of long ago do not matter', () => {
    expect(said(counted({ token: 'unknown', last: '2026-02-01T00:00:00.000Z' }))).toEqual([]);
  });
});
