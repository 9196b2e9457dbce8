import { Readable } from 'node:stream';
import type { RequestPk } from '../messages/request.js';
import type { FileSource } from '../uanataca/http/multipart.js';
import type { Context } from './course.js';
import type { People } from './people.js';
import type { ProbeRun } from './run.js';

/** Which of the probe's requests: the one that goes through the flow, and those beside it, which end early. */
export type Subject = 'main' | 'second' | 'third';

/** What every flow is tried with. */
export interface FlowSettings<Assumed> {
  /** As the environment's settings have them. */
  assumptions: Assumed;
  /** Milliseconds between two reads while waiting. */
  poll: number;
  /** Milliseconds. The longest time for one wait. */
  patience: number;
  /** Whether the requests beside the first are made. */
  others: boolean;
}

/** What the steps of a flow get: the product's client of its API, with any sides of the assumptions. */
export abstract class FlowContext<
  Client extends { close(): Promise<void> },
  Assumed extends object,
  Settings extends FlowSettings<Assumed> = FlowSettings<Assumed>,
> implements Context {
  readonly #clients = new Map<string, Client>();

  constructor(
    readonly run: ProbeRun,
    readonly people: People,
    readonly settings: Settings,
  ) {}

  /** A client whose calls the probe records. */
  protected abstract make(assumptions: Assumed): Client;

  /** The product's client, with the sides that the provider has shown, and with these. */
  client(sides: Partial<Assumed> = {}): Client {
    const assumptions = { ...this.assumed, ...sides };
    const key = JSON.stringify(assumptions);
    const made = this.#clients.get(key) ?? this.make(assumptions);
    this.#clients.set(key, made);
    return made;
  }

  /** The assumptions that the next calls follow. */
  get assumed(): Assumed {
    return { ...this.settings.assumptions, ...this.run.secrets.learned };
  }

  /** The next calls follow this side. It is kept. */
  async learn(sides: Record<string, string | boolean>): Promise<void> {
    Object.assign(this.run.secrets.learned, sides);
    await this.run.save();
  }

  requestPk(subject: Subject): RequestPk {
    return this.run.needed(`${subject}.request_pk`) as RequestPk;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }
}

/** A file to upload. */
export function sourceOf(bytes: Buffer): FileSource {
  return async () => ({ stream: Readable.from([bytes]), size: bytes.length });
}
