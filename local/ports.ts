import { createSocket, type Socket } from 'node:dgram';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';

/** From this number on, Linux gives ports to outgoing connections. A program that tries to connect there may reach itself. */
const CEILING = 32_768;
const LOOPBACK = '127.0.0.1';

/** Ports by name. They are kept in a file, so that the next start has the same addresses. */
export class Ports {
  readonly #file: string;
  readonly #say: (text: string) => void;
  readonly #remembered: Map<string, number>;
  readonly #reserved = new Map<string, Reservation>();

  /** `say` is called if a port is in use, with the port that is used instead. */
  constructor(file: string, say: (text: string) => void) {
    this.#file = file;
    this.#say = say;
    this.#remembered = read(file);
  }

  /**
   * The port remembered under the name, or the preferred one, or the next free one above it. It is remembered, and reserved for us.
   *
   * @throws Error if no port below 32768 is free.
   */
  async take(name: string, preferred: number): Promise<number> {
    const first = this.#remembered.get(name) ?? preferred;
    this.#reserved.get(name)?.release();
    let reservation: Reservation | undefined;
    let port = first;
    while (port < CEILING && (reservation = await reserve(port)) === undefined) port += 1;
    if (reservation === undefined) throw new Error(`No free port from ${first} to ${CEILING - 1} for ${name}.`);
    if (port !== first) this.#say(`port ${first} is in use, so ${name} uses ${port}`);
    this.#reserved.set(name, reservation);
    this.#remembered.set(name, port);
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, `${JSON.stringify(Object.fromEntries(this.#remembered), undefined, 2)}\n`);
    return port;
  }

  /** Other starts may have the ports now. They stay remembered. */
  release(): void {
    for (const reservation of this.#reserved.values()) reservation.release();
    this.#reserved.clear();
  }
}

interface Reservation {
  release(): void;
}

/**
 * Reserves a free TCP port among our starts: whoever wants it binds the UDP port of the same number first. The system gives that to one
 * process and frees it when the process ends. So the port stays ours while the program that listens there starts, and starts again.
 */
async function reserve(port: number): Promise<Reservation | undefined> {
  const twin = await boundUdp(port);
  if (twin === undefined) return undefined;
  if (await isFree(port)) return { release: () => twin.close() };
  twin.close();
  return undefined;
}

async function boundUdp(port: number): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    socket.bind({ port, address: LOOPBACK, exclusive: true }, () => resolve(socket.unref()));
  });
}

/** Whether a server could listen on this port of the loopback address now. */
export async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

/** A random free port from 20000 up, reserved until our process ends. For servers whose address need not stay the same. */
export async function anyPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * (CEILING - 20_000));
    if ((await reserve(port)) !== undefined) return port;
  }
}

/** Such a port for each program of an installation. Not every installation has a second worker and a second gateway. */
export async function anyPorts() {
  return {
    worker: await anyPort(),
    secondWorker: await anyPort(),
    gateway: await anyPort(),
    secondGateway: await anyPort(),
    codecServer: await anyPort(),
    sandbox: await anyPort(),
    registrationAuthority: await anyPort(),
  };
}

function read(file: string): Map<string, number> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Missing at the first start. If the file is damaged, only the port numbers change.
    return new Map();
  }
  if (typeof content !== 'object' || content === null) return new Map();
  return new Map(
    Object.entries(content).filter(
      (entry): entry is [string, number] => Number.isInteger(entry[1]) && entry[1] > 0 && entry[1] < CEILING,
    ),
  );
}
