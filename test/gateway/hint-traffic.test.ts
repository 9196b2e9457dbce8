import type { IndexEntry } from '../../src/archive/archive.js';
import { CachedIndex } from '../../src/gateway/webhooks/cached-index.js';
import { DeliveredHints, HintAllowance } from '../../src/gateway/webhooks/hint-traffic.js';
import type { RequestPk } from '../../src/messages/request.js';

let time = 0;
const now = (): number => time;
beforeEach(() => {
  time = 1_000_000;
});

describe('a payload that was delivered', () => {
  it('is a repetition until its time is over', () => {
    const delivered = new DeliveredHints(300_000, now);
    expect(delivered.has('payload')).toBe(false);
    delivered.add('payload');
    time += 299_999;
    expect(delivered.has('payload')).toBe(true);
    time += 1;
    expect(delivered.has('payload')).toBe(false);
  });

  it('is forgotten rather than that memory grows without end', () => {
    const delivered = new DeliveredHints(300_000, now);
    for (let each = 0; each <= 10_000; each += 1) delivered.add(String(each));
    expect([delivered.has('0'), delivered.has('1'), delivered.has('10000')]).toEqual([false, true, true]);
  });
});

describe('the allowance of a request', () => {
  it('is full again after a minute, and of no concern to another request', () => {
    const allowance = new HintAllowance(2, now);
    expect([allowance.take('one'), allowance.take('one')]).toEqual([0, 0]);
    time += 20_000;
    expect([allowance.take('one'), allowance.take('other')]).toEqual([40_000, 0]);
    time += 40_000;
    expect(allowance.take('one')).toBe(0);
  });
});

describe('the index behind the cache', () => {
  const entry: IndexEntry = { workflowId: 'signature-a', flow: 'signature', reference: 'a', attempt: 1 };

  it('is asked once for a request that is ours, and again after a while for one that is not', async () => {
    const entries = new Map<string, IndexEntry>();
    const asked: string[] = [];
    const readIndex = async (environment: string, pk: string): Promise<IndexEntry | undefined> => {
      asked.push(`${environment}/${pk}`);
      return entries.get(pk);
    };
    const index = new CachedIndex({ readIndex }, 5000, now);
    const find = async (): Promise<IndexEntry | undefined> => index.find('pilot', '7' as RequestPk);
    expect(await find()).toBeUndefined();
    entries.set('7', entry);
    time += 4999;
    expect(await find()).toBeUndefined();
    expect(asked).toHaveLength(1);
    time += 1;
    expect(await find()).toEqual(entry);
    time += 1_000_000;
    expect(await find()).toEqual(entry);
    expect(asked).toHaveLength(2);
  });

  it('is asked again when it could not answer', async () => {
    let reads = 0;
    const readIndex = async (): Promise<IndexEntry | undefined> => {
      reads += 1;
      if (reads === 1) throw new Error('unavailable');
      return entry;
    };
    const index = new CachedIndex({ readIndex }, 5000, now);
    await expect(index.find('pilot', '7' as RequestPk)).rejects.toThrow('unavailable');
    expect(await index.find('pilot', '7' as RequestPk)).toEqual(entry);
  });
});
