import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runTool } from '../../local/checks.js';
import { PROJECT } from '../../local/project.js';

describe('the import directions', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'arrows-'));
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
      copyFileSync(join(PROJECT, file), join(folder, file));
    }
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    for (const part of ['src', 'sandbox']) mkdirSync(join(folder, part));
    write('src/messages/word.ts', 'export type Word = string;');
    write('src/archive/archive.ts', "import type { Word } from '../messages/word.js';\nexport const word: Word = '';");
    write('sandbox/main.ts', 'export const started = true;');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('allow what points the right way', async () => {
    expect(await check()).toMatchObject({ passed: true });
  });

  it.each([
    ['messages that import types of another part', 'src/messages/a.ts', '../archive/archive.js', 'arrows-of-messages'],
    ['messages that import Node', 'src/messages/a.ts', 'node:fs', 'messages-and-workflows-know-no-node'],
    ['workflows that import zod', 'src/workflows/a.ts', 'zod', 'packages-of-workflows'],
    ['workflows that import activities', 'src/workflows/a.ts', '../archive/archive.js', 'arrows-of-workflows'],
    ['an engine that knows a story', 'src/workflows/engine/a.ts', '../signature.js', 'arrows-of-workflows/engine'],
    ['a provider client that knows Temporal', 'src/uanataca/a.ts', '@temporalio/common', 'packages-of-uanataca'],
    ['an archive that knows the client', 'src/archive/a.ts', '../client/b.js', 'arrows-of-archive'],
    ['a gateway that carries out activities', 'src/gateway/a.ts', '../activities/c.js', 'users-of-activities'],
    ['a sandbox that imports our code', 'sandbox/a.ts', '../src/messages/word.js', 'sandbox-stands-alone'],
    ['our code that imports the sandbox', 'src/gateway/a.ts', '../../sandbox/main.js', 'src-stands-alone'],
    ['an import that leads nowhere', 'src/gateway/a.ts', './gone.js', 'resolvable'],
  ])('forbid %s', async (_what, file, imported, rule) => {
    write('src/workflows/signature.ts', 'export const story = 1;');
    write('src/client/b.ts', 'export const word = 1;');
    write('src/activities/c.ts', 'export const step = 1;');
    write(file, `import type {} from '${imported}';`);
    const result = await check();
    expect(result.passed).toBe(false);
    expect(result.printed).toContain(rule);
  });

  it('forbid circles, also of types', async () => {
    write('src/archive/one.ts', "import type { Two } from './two.js';\nexport type One = Two | 1;");
    write('src/archive/two.ts', "import type { One } from './one.js';\nexport type Two = One | 2;");
    expect((await check()).printed).toContain('no-circle');
  });

  async function check() {
    const args = ['--config', '.dependency-cruiser.cjs', 'src', 'sandbox'];
    return runTool('dependency-cruiser/bin/dependency-cruiser.mjs', args, folder);
  }

  function write(file: string, text: string): void {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `${text}\n`);
  }
});
