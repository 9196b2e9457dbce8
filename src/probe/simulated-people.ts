import { setTimeout as pause } from 'node:timers/promises';
import { VideoIdError } from '../messages/failures.js';
import type { People } from './people.js';

/** Milliseconds. */
const ANSWERS_WITHIN = 10_000;
/** Milliseconds. The sandbox shows changes at once, unless it simulates a provider that does not. */
const SHOWN_WITHIN = 8_000;

/** The people of our sandbox. They act through its control calls, as its pages do. */
export class SimulatedPeople implements People {
  readonly attended: boolean = false;
  readonly #origin: string;
  readonly #say: (...lines: string[]) => void;

  readonly #shownWithin: number;

  /**
   * @param origin of the sandbox's pages
   * @param shownWithin milliseconds after which a change is not waited for any more
   */
  constructor(origin: string, say: (...lines: string[]) => void, shownWithin = SHOWN_WITHIN) {
    this.#origin = origin;
    this.#say = say;
    this.#shownWithin = shownWithin;
  }

  /** Whether our sandbox is there. Only this machine is asked: a provider has no such call. */
  static async isAt(origin: string): Promise<boolean> {
    if (!/^(localhost|127\.[\d.]+|\[::1\])$/.test(new URL(origin).hostname)) return false;
    try {
      await new SimulatedPeople(origin, () => undefined).check();
      return true;
    } catch (error) {
      if (error instanceof VideoIdError) return false;
      throw error;
    }
  }

  /** @throws VideoIdError if there is no sandbox of ours */
  async check(): Promise<void> {
    await this.#call('GET', 'settings');
  }

  say(...lines: string[]): void {
    this.#say(...lines);
  }

  async goOn(): Promise<'go'> {
    return 'go';
  }

  async line(): Promise<string> {
    return '';
  }

  async secret(): Promise<string> {
    return '';
  }

  async video({ pk }: { pk: string }): Promise<void> {
    await this.#call('POST', `requests/${pk}/video`, { result: 'finished' });
  }

  async decide({ pk }: { pk: string }, act: 'approve' | 'refuse'): Promise<void> {
    await this.#call('POST', `requests/${pk}/console`, { do: act });
  }

  async operate({ pk }: { pk: string }, act: 'validate' | 'approve'): Promise<void> {
    await this.#call('POST', `requests/${pk}/operator`, { do: act });
  }

  async received({ pk }: { pk: string }, link: 'video' | 'certificate'): Promise<boolean> {
    const inbox = JSON.stringify(await this.#call('GET', `inboxes/${pk}`));
    return inbox.includes(link === 'video' ? '"kind":"video"' : '"kind":"enrolment"');
  }

  async code({ pk }: { pk: string }): Promise<string> {
    const request = await this.#call('GET', `requests/${pk}`);
    const code: unknown = typeof request === 'object' && request !== null ? Reflect.get(request, 'code') : undefined;
    return typeof code === 'string' ? code : '111111';
  }

  async enough(signal: AbortSignal): Promise<void> {
    await pause(this.#shownWithin, undefined, { signal }).catch(() => undefined);
  }

  /** Sets the address for callbacks, for as long as the probe runs. Returns the end of it. */
  async listenAt(webhook: string): Promise<() => Promise<void>> {
    const settings = await this.#call('GET', 'settings');
    const behaviour: unknown =
      typeof settings === 'object' && settings !== null ? Reflect.get(settings, 'behaviour') : {};
    const before: unknown =
      typeof behaviour === 'object' && behaviour !== null ? Reflect.get(behaviour, 'webhook') : null;
    await this.#call('PUT', 'settings', { behaviour: { webhook } });
    return async () => void (await this.#call('PUT', 'settings', { behaviour: { webhook: before ?? null } }));
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const given = new AbortController();
    const timer = setTimeout(() => given.abort(), ANSWERS_WITHIN);
    try {
      const answer = await fetch(`${this.#origin}/sandbox/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: given.signal,
      });
      if (answer.ok) return await answer.json();
      throw new Error(`HTTP ${answer.status}`);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'no answer';
      throw new VideoIdError('BAD_INPUT', `The sandbox did not do its part (${why}).`, {
        field: '--unattended',
        remedy: '--unattended works only with the sandbox of this product. Leave it out for any other provider.',
        cause,
      });
    } finally {
      clearTimeout(timer);
    }
  }
}
