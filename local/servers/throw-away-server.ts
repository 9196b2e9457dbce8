import { rmSync } from 'node:fs';
import { type Service, type ServiceOrder, startService, untilReady } from '../service.js';
import { descendants, signalAll, untilGone } from './process-tree.js';

/** Milliseconds. Long, because a machine may be busy. */
const READY_WITHIN = 60_000;

/** A server of others, with data in a temporary folder, for tests that kill it, stop it or make it hang. */
export abstract class ThrowAwayServer {
  private service: Service | undefined;

  protected constructor(
    private readonly folder: string,
    private readonly order: ServiceOrder,
  ) {}

  get logFile(): string {
    return this.order.logFile;
  }

  /** Starts it, also after `stop` and `kill`: with the same data, on the same port. */
  async start(): Promise<void> {
    if (this.service?.running() === true) throw new Error(`${this.order.name} runs already.`);
    const service = await startService(this.order);
    this.service = service;
    try {
      await untilReady(service, async () => this.answers(), READY_WITHIN);
    } catch (error) {
      await service.stop();
      throw error;
    }
  }

  /** Stops it in order. Its connections are cut. */
  async stop(): Promise<void> {
    this.resume();
    await this.service?.stop();
  }

  /** Sends SIGKILL to all of its processes, and waits until they are gone. */
  async kill(): Promise<void> {
    const service = this.running();
    // While it stands still, it starts no more processes.
    signalAll([service.pid], 'SIGSTOP');
    const all = [...descendants(service.pid), service.pid];
    signalAll(all, 'SIGKILL');
    await service.exited;
    await untilGone(all);
  }

  /** Makes it stand still: connections open, but nothing is answered. */
  pause(): void {
    const { pid } = this.running();
    signalAll([pid], 'SIGSTOP');
    signalAll(descendants(pid), 'SIGSTOP');
  }

  /** Ends `pause`. */
  resume(): void {
    if (this.service?.running() !== true) return;
    const { pid } = this.service;
    signalAll([...descendants(pid), pid], 'SIGCONT');
  }

  /** Stops it, and removes its data. */
  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Whether it answers, once it has said that it is ready. */
  protected abstract answers(): Promise<boolean>;

  private running(): Service {
    if (this.service?.running() !== true) throw new Error(`${this.order.name} does not run.`);
    return this.service;
  }
}
