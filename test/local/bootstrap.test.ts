import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DIST, PROJECT } from '../../local/project.js';

/** Preloaded, so that a program believes that it runs on an old Node. */
const OLD_NODE = "Object.defineProperty(process, 'version', { value: 'v20.20.2' });";
/** Replaces the Node that npm installs. It prints its arguments. */
const INSTALLED_NODE = '#!/bin/sh\nif [ "$1" = --version ]; then echo v24.1.0; else echo "ran $*"; exit 5; fi\n';

describe('an old Node', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bootstrap-'));
    const lock = JSON.stringify({ packages: {} });
    write('package-lock.json', lock);
    write('node_modules/.package-lock.json', lock);
    write('old-node.cjs', OLD_NODE);
    mkdirSync(join(folder, 'local'));
    copyFileSync(join(PROJECT, 'local', 'bootstrap.mjs'), join(folder, 'local', 'bootstrap.mjs'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('goes on under the Node that npm has installed, with the same arguments and its exit code', async () => {
    write('node_modules/.bin/node', INSTALLED_NODE, 0o755);
    const { code, output } = await underOldNode(join(folder, 'local', 'bootstrap.mjs'), 'start', '--exit', 'a b.pdf');
    expect(output).toBe(
      `  Node v20.20.2 is too old. Continuing with the installed v24.1.0\nran ${folder}/local/bootstrap.mjs start --exit a b.pdf\n`,
    );
    expect(code).toBe(5);
  });

  it.each([
    ['is not there', undefined],
    ['does not run', '#!/nowhere/sh\n'],
    ['is too old itself', '#!/bin/sh\necho v22.19.0\n'],
  ])('says what to do where the installed Node %s', async (_, installed) => {
    if (installed !== undefined) write('node_modules/.bin/node', installed, 0o755);
    const { code, said } = await underOldNode(join(folder, 'local', 'bootstrap.mjs'), 'build');
    expect(said).toContain('needs Node 24 or newer. This is v20.20.2');
    expect(said).toContain('Install Node 24');
    expect(code).toBe(1);
  });

  it.each(['cli', 'worker', 'gateway'])('is refused by the program %s', async (program) => {
    const { code, said } = await underOldNode(join(DIST, 'src', `${program}.js`), '--help');
    expect(said).toMatch(/^videoid-worker needs Node 24 or newer\. This is v20\.20\.2\.\n/);
    expect(code).toBe(1);
  });

  async function underOldNode(program: string, ...args: string[]) {
    const child = spawn(process.execPath, ['--require', join(folder, 'old-node.cjs'), program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, said, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { code: code as number | null, output, said };
  }

  function write(file: string, content: string, mode = 0o644): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content, { mode });
  }
});
