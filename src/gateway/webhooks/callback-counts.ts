import { createHash } from 'node:crypto';
import type { Bridge } from '../../archive/records/bridge.js';
import type { CallbackCount } from '../../messages/callbacks.js';
import { VideoIdError } from '../../messages/failures.js';

/** A webhook token of the settings. */
export interface KnownToken {
  registrationAuthority: string;
  /** Where it is: `registrationAuthorities.139.webhookTokens[0]`. */
  setting: string;
  digest: string;
}

/** Milliseconds between two writings, so that a flood of callbacks does not become a flood of writes. */
const EVERY = 10_000;
/** Removed tokens that are remembered, the newest. */
const RETIRED = 32;
/** Milliseconds without a call after which the calls with unknown tokens are counted anew. */
const FORGOTTEN_AFTER = 30 * 86_400_000;

/** 64 bits, to recognise a token. A token has at least 32 random characters, so it cannot be found from them. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(`videoid webhook token\0${token}`, 'utf8').digest('hex').slice(0, 16);
}

/**
 * Counts with which tokens callbacks come, for weeks and over restarts: with those of the settings, with those that were removed, and
 * with others. The counts go into the archive's index. Trouble there changes nothing here.
 */
export class CallbackCounts {
  readonly #bridge: Pick<Bridge, 'writeCounts' | 'countsOf' | 'counts'>;
  readonly #gateway: string;
  readonly #failed: (error: VideoIdError) => void;
  readonly #counts: Map<string, CallbackCount>;
  #timer: NodeJS.Timeout | undefined;
  #changed = false;
  #writing = Promise.resolve();

  private constructor(place: CountsPlace, counts: Map<string, CallbackCount>) {
    this.#bridge = place.bridge;
    this.#gateway = place.gateway;
    this.#failed = place.failed;
    this.#counts = counts;
  }

  static async open(place: CountsPlace, tokens: readonly KnownToken[]): Promise<CallbackCounts> {
    let [own, all]: [CallbackCount[], CallbackCount[]] = [[], []];
    try {
      own = await place.bridge.countsOf(place.gateway);
      all = await place.bridge.counts();
    } catch (error) {
      if (!(error instanceof VideoIdError)) throw error;
      place.failed(error);
    }
    const counts = new CallbackCounts(place, countedFrom(tokens, own, all, new Date()));
    counts.#write();
    await counts.#writing;
    return counts;
  }

  /** A callback came with a token of the settings. */
  known({ digest }: KnownToken): void {
    this.#add(digest);
  }

  /** A callback came with another token. */
  wrong(token: string): void {
    const digest = tokenDigest(token);
    this.#add(this.#counts.has(digest) ? digest : 'unknown');
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#changed) this.#write();
    await this.#writing;
  }

  #add(key: string): void {
    const now = new Date().toISOString();
    const before = this.#counts.get(key) ?? { token: 'unknown', count: 0, since: now };
    this.#counts.set(key, { ...before, count: before.count + 1, last: now });
    this.#note();
  }

  #note(): void {
    this.#changed = true;
    if (this.#timer !== undefined) return;
    this.#write();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#changed) this.#note();
    }, EVERY).unref();
  }

  #write(): void {
    this.#changed = false;
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#bridge.writeCounts(this.#gateway, [...this.#counts.values()]);
      } catch (error) {
        if (!(error instanceof VideoIdError)) throw error;
        this.#failed(error);
      }
    });
  }
}

interface CountsPlace {
  bridge: Pick<Bridge, 'writeCounts' | 'countsOf' | 'counts'>;
  /** The name of this gateway's counts. */
  gateway: string;
  failed: (error: VideoIdError) => void;
}

/** Goes on with the counts of this gateway. Whether a token was removed is known from those of all gateways. */
function countedFrom(
  tokens: readonly KnownToken[],
  own: readonly CallbackCount[],
  all: readonly CallbackCount[],
  now: Date,
): Map<string, CallbackCount> {
  const counts = new Map<string, CallbackCount>();
  const since = now.toISOString();
  for (const { digest, registrationAuthority, setting } of tokens) {
    const token = 'known' as const;
    const before = own.find((count) => count.digest === digest && count.token === token);
    const first = all.find((count) => count.digest === digest && count.token === token)?.since ?? since;
    counts.set(digest, { count: 0, ...before, token, registrationAuthority, setting, digest, since: first });
  }
  const retired = all.filter(({ digest }) => digest !== undefined && !counts.has(digest));
  for (const { digest = '', registrationAuthority = '' } of retired.slice(-RETIRED)) {
    const before = own.find((count) => count.digest === digest && count.token === 'retired');
    counts.set(digest, before ?? { token: 'retired', registrationAuthority, digest, count: 0, since });
  }
  const unknown = own.find(({ token }) => token === 'unknown');
  if (unknown?.last !== undefined && now.getTime() - Date.parse(unknown.last) < FORGOTTEN_AFTER) {
    counts.set('unknown', unknown);
  }
  return counts;
}
