import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CheckResult, runTool } from '../../local/checks.js';
import { PROJECT } from '../../local/project.js';

/** What is forbidden: a file, what it imports, and the rule against it. */
const FORBIDDEN: [what: string, file: string, imported: string, rule: string][] = [
  [
    'messages that import types of another part',
    'src/messages/of-archive.ts',
    '../archive/archive.js',
    'imports-of-messages',
  ],
  ['messages that import Node', 'src/messages/of-node.ts', 'node:fs', 'messages-and-workflows-know-no-node'],
  ['workflows that import zod', 'src/workflows/of-zod.ts', 'zod', 'packages-of-workflows'],
  [
    'workflows that import another part',
    'src/workflows/of-archive.ts',
    '../archive/archive.js',
    'imports-of-workflows',
  ],
  [
    'an engine that knows a story',
    'src/workflows/engine/of-story.ts',
    '../signature.js',
    'imports-of-workflows/engine',
  ],
  ['a provider client that knows Temporal', 'src/uanataca/a.ts', '@temporalio/common', 'packages-of-uanataca'],
  ['an archive that knows the client', 'src/archive/of-client.ts', '../client/b.js', 'imports-of-archive'],
  ['a gateway that carries out activities', 'src/gateway/of-steps.ts', '../activities/c.js', 'users-of-activities'],
  ['a sandbox that imports our code', 'sandbox/of-ours.ts', '../src/messages/word.js', 'sandbox-stands-alone'],
  ['our code that imports the sandbox', 'src/gateway/of-sandbox.ts', '../../sandbox/main.js', 'src-stands-alone'],
  ['a file of another folder that is not its entry', 'src/cli/a.ts', '../client/orders/b.js', 'entry-of-client/orders'],
  ['a folder that imports the one above', 'src/client/input/a.ts', '../orders/orders.js', 'imports-of-client/input'],
  ['an import that leads nowhere', 'src/gateway/of-nothing.ts', './gone.js', 'resolvable'],
  ['a circle, also of types', 'src/archive/one.ts', './two.js', 'no-circle'],
];

let folder: string;
let allowed: CheckResult;
let forbidden: CheckResult;

// The program takes a second to start, so one run checks everything that is forbidden.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'arrows-'));
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) {
    copyFileSync(join(PROJECT, file), join(folder, file));
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
  write('src/messages/word.ts', 'export type Word = string;');
  write('src/archive/archive.ts', "import type { Word } from '../messages/word.js';\nexport const word: Word = '';");
  for (const file of ['b', 'orders/b', 'orders/orders']) write(`src/client/${file}.ts`, 'export const word = 1;');
  write('src/workflows/signature.ts', 'export const story = 1;');
  write('src/activities/c.ts', 'export const step = 1;');
  write('sandbox/main.ts', 'export const started = true;');
  allowed = await check();
  for (const [, file, imported] of FORBIDDEN) write(file, `import type {} from '${imported}';`);
  write('src/archive/two.ts', "import type {} from './one.js';");
  forbidden = await check();
});
afterAll(() => rmSync(folder, { recursive: true }));

test('the import directions allow what points the right way', () => {
  expect(allowed).toMatchObject({ passed: true });
});

test.each(FORBIDDEN)('the import directions forbid %s', (_what, file, _imported, rule) => {
  expect(forbidden.passed).toBe(false);
  expect(forbidden.printed).toContain(`error ${rule}: ${file}`);
});

function check(): Promise<CheckResult> {
  const args = ['--config', '.dependency-cruiser.cjs', 'src', 'sandbox'];
  return runTool('dependency-cruiser/bin/dependency-cruiser.mjs', args, folder);
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), `${text}\n`);
}
