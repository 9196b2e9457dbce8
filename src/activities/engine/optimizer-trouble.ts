import type { Archive } from '../../archive/archive.js';
import type { Notices } from '../../archive/notices.js';
import type { Logger } from '../../logging/logger.js';
import type { ProviderSystem } from '../../messages/conditions.js';
import { VideoIdError } from '../../messages/failures.js';
import type { ProviderError } from '../../uanataca/errors.js';

/**
 * Since when an Optimizer does not answer, which one request cannot see from its own retries. It is noted in the archive, once
 * for all requests. The first answer that any worker gets removes the note.
 */
export class OptimizerTrouble {
  private readonly since = new Map<string, number>();

  constructor(
    private readonly notices: Notices,
    private readonly logger: Logger,
    /** Other workers go on from what this one notes. */
    private readonly clock: Pick<Archive, 'now'>,
  ) {}

  async answered(system: ProviderSystem): Promise<void> {
    this.since.delete(nameOf(system));
    await this.keep(() => this.notices.endOutage(system));
  }

  /** When the trouble began: now, if this failure is the first. Milliseconds since 1970. */
  async failed(system: ProviderSystem, { code, optimizer, told: words }: ProviderError): Promise<number> {
    const since = this.since.get(nameOf(system)) ?? (await this.noted(system)) ?? this.clock.now();
    this.since.set(nameOf(system), since);
    const { environment, flow } = system;
    const outage = { environment, flow, code, optimizer, words, since: new Date(since).toISOString() };
    await this.keep(() => this.notices.noteOutage(outage));
    return since;
  }

  /** A restarted worker continues from the time that the others noted. */
  private async noted(system: ProviderSystem): Promise<number | undefined> {
    const outage = await this.keep(() => this.notices.readOutage(system));
    return outage === undefined ? undefined : Math.min(Date.parse(outage.since), this.clock.now());
  }

  /** Trouble with the archive must not hide the provider's answer. It is logged, and the step goes on. */
  private async keep<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof VideoIdError)) throw error;
      this.logger.warn({ error }, 'whether the Optimizer is out of reach cannot be noted');
      return undefined;
    }
  }
}

function nameOf({ environment, flow }: ProviderSystem): string {
  return `${environment}.${flow}`;
}
