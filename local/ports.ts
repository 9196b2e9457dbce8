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
  readonly #given = new Set<number>();

  /** `say` is called if a port is in use, with the port that is used instead. */
  constructor(file: string, say: (text: string) => void) {
    this.#file = file;
    this.#say = say;
    this.#remembered = read(file);
  }

  /**
   * The port remembered under the name, or the preferred one, or the next free one above it. The result is remembered.
   *
   * @throws Error if no port below 32768 is free.
   */
  async take(name: string, preferred: number): Promise<number> {
    const first = this.#remembered.get(name) ?? preferred;
    let port = first;
    while (port < CEILING && (this.#given.has(port) || !(await isFree(port)))) port += 1;
    if (port >= CEILING) throw new Error(`No free port from ${first} to ${CEILING - 1} for ${name}.`);
    if (port !== first) this.#say(`port ${first} is in use, so ${name} uses ${port}`);
    this.#given.add(port);
    this.#remembered.set(name, port);
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, `${JSON.stringify(Object.fromEntries(this.#remembered), undefined, 2)}\n`);
    return port;
  }
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

const given = new Set<number>();

/** A random free port from 20000 up, never the same twice. For servers whose address need not stay the same. */
export async function anyPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * (CEILING - 20_000));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

/** Such a port for each program of an installation. */
export async function anyPorts() {
  return {
    worker: await anyPort(),
    gateway: await anyPort(),
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
