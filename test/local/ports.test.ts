import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ports, anyPort, isFree } from '../../local/ports.js';

describe('ports', () => {
  let folder: string;
  let file: string;
  const said: string[] = [];
  const open = (): Ports => new Ports(file, (text) => said.push(text));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ports-'));
    file = join(folder, 'deep', 'ports.json');
    said.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are the preferred ones when these are free, without a word', async () => {
    const port = await freePort();
    expect(await open().take('gateway', port)).toBe(port);
    expect(said).toEqual([]);
  });

  it('are the same at the next start, whatever is preferred then', async () => {
    const first = open();
    const port = await first.take('gateway', await freePort());
    first.release();
    expect(await open().take('gateway', await freePort())).toBe(port);
  });

  it('that are taken are replaced by others, with a message', async () => {
    const port = await freePort();
    const other = await listenOn(port);
    try {
      const given = await open().take('gateway', port);
      expect(given).toBeGreaterThan(port);
      expect(said).toEqual([`port ${port} is in use, so gateway uses ${given}`]);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ gateway: given });
    } finally {
      await close(other);
    }
  });

  it('are never given to two names', async () => {
    const ports = open();
    const port = await freePort();
    expect(await ports.take('one', port)).not.toBe(await ports.take('two', port));
  });

  it('are never given to two starts, also while nothing listens there yet', async () => {
    const [one, other] = [open(), new Ports(join(folder, 'other.json'), () => undefined)];
    const port = await freePort();
    const [given, givenToOther] = await Promise.all([one.take('gateway', port), other.take('gateway', port)]);
    expect(given).not.toBe(givenToOther);
    one.release();
    expect(await new Ports(join(folder, 'third.json'), () => undefined).take('gateway', given)).toBe(given);
  });

  it('are chosen anew where another program has taken one', async () => {
    const ports = open();
    const port = await ports.take('gateway', await freePort());
    expect(await ports.take('gateway', 1)).toBe(port);
    const other = await listenOn(port);
    try {
      expect(await ports.take('gateway', 1)).toBeGreaterThan(port);
    } finally {
      await close(other);
    }
  });

  it('that nobody needs to find again are never given twice', async () => {
    const all: number[] = [];
    for (let count = 0; count < 100; count += 1) all.push(await anyPort());
    expect(new Set(all).size).toBe(100);
  });

  it('survive a broken file', async () => {
    await open().take('gateway', await freePort());
    writeFileSync(file, '{"gateway": "7');
    const port = await freePort();
    expect(await open().take('gateway', port)).toBe(port);
  });

  it('stay below those that Linux gives to outgoing connections', async () => {
    const port = await anyPort();
    expect(port).toBeLessThan(32_768);
    expect(await isFree(port)).toBe(true);
    await expect(open().take('gateway', 32_768)).rejects.toThrow('No free port');
  });
});

/** One that nobody has reserved. */
async function freePort(): Promise<number> {
  const ports = new Ports(join(mkdtempSync(join(tmpdir(), 'ports-')), 'ports.json'), () => undefined);
  const port = await ports.take('any', 20_000 + Math.floor(Math.random() * 12_000));
  ports.release();
  return port;
}

async function listenOn(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
  });
}
