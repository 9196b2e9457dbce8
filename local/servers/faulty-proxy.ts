import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { anyPort } from '../ports.js';

/** `requests` go to the server, `answers` come from it. */
export type Direction = 'requests' | 'answers';

interface Connection {
  client: Socket;
  server: Socket;
  /** Bytes passed on since `cutAfter`. */
  passed: Record<Direction, number>;
}

/** Cuts a connection that has passed on so many bytes. */
interface Cut {
  direction: Direction;
  bytes: number;
  /** How many connections are still to be cut. */
  times: number;
}

const LOOPBACK = '127.0.0.1';

/** Stands before a server on the loopback address, passes on bytes, and makes the network bad when it is told to. */
export class FaultyProxy {
  private readonly connections = new Set<Connection>();
  private delays: Record<Direction, number> = { requests: 0, answers: 0 };
  private cutting: Cut | undefined;
  private held = Promise.withResolvers<void>();

  private constructor(
    private readonly to: number,
    /** Where it listens. */
    readonly port: number,
    private readonly listener: Server,
  ) {
    this.held.resolve();
    listener.on('connection', (client) => this.open(client));
  }

  /** @param server its URL, or its port on the loopback address */
  static async start(server: string | number): Promise<FaultyProxy> {
    const to = typeof server === 'number' ? server : Number(new URL(server).port);
    const proxy = new FaultyProxy(to, await anyPort(), createServer({ allowHalfOpen: true }));
    await proxy.accept();
    return proxy;
  }

  /** The same URL by way of this proxy. */
  through(url: string): string {
    const changed = new URL(url);
    changed.port = String(this.port);
    return changed.href;
  }

  /** Each piece of up to 64 KB is late by so many milliseconds, in each direction. */
  delay(delays: Partial<Record<Direction, number>>): void {
    this.delays = { requests: 0, answers: 0, ...delays };
  }

  /** Nothing is passed on and nothing is cut, until `resume`. */
  pause(): void {
    this.held.resolve();
    this.held = Promise.withResolvers();
  }

  resume(): void {
    this.held.resolve();
  }

  /** Cuts all connections now. New ones are possible. */
  cut(): void {
    for (const connection of this.connections) this.end(connection);
  }

  /**
   * Passes on so many more bytes on each connection, and then cuts it. `cutAfter('answers', 0)` loses an answer: what was asked for is
   * done, and nobody is told.
   *
   * @param times how many connections are cut; the others stay
   */
  cutAfter(direction: Direction, bytes: number, times = 1): void {
    this.cutting = { direction, bytes, times };
    for (const { passed } of this.connections) passed[direction] = 0;
  }

  /** How many connections `cutAfter` has still to cut. */
  get cutsLeft(): number {
    return this.cutting?.times ?? 0;
  }

  /** Whether new connections are possible. */
  get accepts(): boolean {
    return this.listener.listening;
  }

  /** Cuts all connections, and refuses new ones until `accept`. */
  async refuse(): Promise<void> {
    const closed = once(this.listener, 'close');
    this.listener.close();
    this.cut();
    await closed;
  }

  async accept(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.listener.once('error', reject).listen(this.port, LOOPBACK, resolve);
    });
  }

  async close(): Promise<void> {
    this.resume();
    if (this.listener.listening) await this.refuse();
  }

  private open(client: Socket): void {
    const server = connect({ port: this.to, host: LOOPBACK, allowHalfOpen: true });
    const connection = { client, server, passed: { requests: 0, answers: 0 } };
    this.connections.add(connection);
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.end(connection));
    }
    void this.pass(connection, 'requests');
    void this.pass(connection, 'answers');
  }

  private async pass(connection: Connection, direction: Direction): Promise<void> {
    const { client, server } = connection;
    const [from, to] = direction === 'requests' ? [client, server] : [server, client];
    try {
      for await (const piece of from as AsyncIterable<Buffer>) {
        await pause(this.delays[direction]);
        await this.held.promise;
        const allowed = this.allowed(connection, direction, piece.length);
        if (allowed > 0 && !to.write(piece.subarray(0, allowed))) await once(to, 'drain');
        if (allowed < piece.length) return this.end(connection);
      }
      to.end();
      if (client.writableEnded && server.writableEnded) this.connections.delete(connection);
    } catch {
      this.end(connection); // one of the two is gone
    }
  }

  /** How many of these bytes may pass. Fewer: the connection is to be cut. */
  private allowed({ passed }: Connection, direction: Direction, bytes: number): number {
    passed[direction] += bytes;
    const { cutting } = this;
    if (cutting === undefined || cutting.times === 0 || cutting.direction !== direction) return bytes;
    const beyond = passed[direction] - cutting.bytes;
    if (beyond <= 0) return bytes;
    cutting.times -= 1;
    return Math.max(0, bytes - beyond);
  }

  /** By a reset, as when a machine is gone. */
  private end(connection: Connection): void {
    this.connections.delete(connection);
    connection.client.resetAndDestroy();
    connection.server.resetAndDestroy();
  }
}
