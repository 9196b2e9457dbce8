import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openScreen } from '../../local/screen.js';
import { cachedProgram, versionOf } from '../../local/go-build.js';
import { findTemporalBinary, TEMPORAL } from '../../local/temporal-binary.js';
import { script } from './scripts.js';

describe('the search for a Temporal server', () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  let shown: string[];
  const sites: Server[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ladder-'));
    // `sh` for the scripts below, and no Go.
    mkdirSync(join(folder, 'bin'));
    environment = { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') };
    shown = [];
  });
  afterEach(() => {
    for (const site of sites.splice(0)) site.close();
    rmSync(folder, { recursive: true });
  });

  it('takes the CLI that TEMPORAL_CLI_PATH names before all others', async () => {
    const named = cli(join(folder, 'mine'), '1.31.2');
    cli(join(folder, 'bin', 'temporal'), '1.31.2');
    environment['TEMPORAL_CLI_PATH'] = named;
    expect(await find()).toEqual({ path: named, server: '1.31.2' });
  });

  it('goes no further when that CLI is too old, missing or none at all', async () => {
    cli(join(folder, 'bin', 'temporal'), '1.31.2');
    environment['TEMPORAL_CLI_PATH'] = cli(join(folder, 'old'), '1.28.0');
    await expect(find()).rejects.toThrow('its server is 1.28.0; 1.29.1');
    environment['TEMPORAL_CLI_PATH'] = join(folder, 'missing');
    await expect(find()).rejects.toThrow('there is no such file');
    environment['TEMPORAL_CLI_PATH'] = script(join(folder, 'other'), 'echo something else');
    await expect(find()).rejects.toThrow('does not say which Temporal server');
  });

  it('takes the CLI on the PATH, and compares versions as numbers', async () => {
    const path = cli(join(folder, 'bin', 'temporal'), '1.100.0');
    expect(await find()).toEqual({ path, server: '1.100.0' });
  });

  it('says why it passes over a CLI on the PATH that is too old, and takes the cache', async () => {
    cli(join(folder, 'bin', 'temporal'), '1.9.9');
    const path = cli(cachedProgram(TEMPORAL, environment), '1.31.2');
    expect(await find()).toEqual({ path, server: '1.31.2' });
    expect(shown.join('')).toMatch(/on the PATH .* is not used: its server is 1\.9\.9/);
  });

  it('downloads into the cache what the official service offers', async () => {
    const download = await serve(() => archiveOf('1.31.2'));
    const found = await find({ download });
    expect(found).toEqual({ path: cachedProgram(TEMPORAL, environment), server: '1.31.2' });
    expect(readdirSync(dirname(found.path))).toEqual([`temporal-${versionOf(TEMPORAL)}`]);
  });

  it('does not keep a download that breaks off', async () => {
    const download = await serve(() => archiveOf('1.31.2').subarray(0, 60));
    await expect(find({ download })).rejects.toThrow('official download: ');
    expect(existsSync(cachedProgram(TEMPORAL, environment))).toBe(false);
  });

  it('says everything that was tried and what helps, when nothing can be had', async () => {
    const download = `http://127.0.0.1:${await closedPort()}`;
    const search = find({ download });
    await expect(search).rejects.toThrow(/official download: .*cannot be reached/);
    await expect(search).rejects.toThrow('official Go module: Go is not installed');
    await expect(search).rejects.toThrow('set TEMPORAL_CLI_PATH');
    for (const step of [
      'TEMPORAL_CLI_PATH',
      'temporal on the PATH',
      'cache',
      'official download',
      'official Go module',
    ]) {
      expect(shown.join('')).toContain(step);
    }
  });

  it('neither downloads nor builds where that was not asked for', async () => {
    await expect(find({ make: false })).rejects.toThrow('No Temporal server was found. Run');
  });

  async function find(more: { download?: string; make?: boolean } = {}) {
    return findTemporalBinary({ environment, screen: openScreen({ write: (text) => shown.push(text) }), ...more });
  }

  function archiveOf(server: string): Buffer {
    const place = mkdtempSync(join(folder, 'archive-'));
    cli(join(place, 'temporal'), server);
    return execFileSync('tar', ['-czf', '-', '-C', place, 'temporal']);
  }

  /** A service that answers as the official one does. */
  async function serve(archive: () => Buffer): Promise<string> {
    const server = createServer((request, response) => {
      const origin = `http://${request.headers.host}`;
      if (request.url?.startsWith(`/cli/v${versionOf(TEMPORAL)}?`)) {
        response.end(JSON.stringify({ archiveUrl: `${origin}/archive`, fileToExtract: 'temporal' }));
      } else response.end(archive());
    });
    sites.push(server);
    return `http://127.0.0.1:${await listen(server)}`;
  }
});

function cli(path: string, server: string): string {
  return script(path, `echo 'temporal version 1.2.3 (Server ${server}, UI 2.0.0)'`);
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
