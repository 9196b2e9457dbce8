import { builtinModules } from 'node:module';
import { bundleWorkflowCode } from '@temporalio/worker';
import { WORKFLOW_MODULES } from '../../src/temporal/data-converter.js';
import { QUIET } from '../quiet.js';

/** The only modules that Temporal's sandbox offers. */
const ALLOWED_BUILTINS = ['assert', 'url', 'util'];

/** The content of the bundle: our files from `src/` on, packages by name, and modules that were left empty. */
let modules: string[];
beforeAll(async () => {
  const { code } = await bundleWorkflowCode({ ...WORKFLOW_MODULES, logger: QUIET });
  // The bundler writes the path above every module.
  modules = [...code.matchAll(/^ {2}!\*\*\* (.+) \*\*\*!$/gm)].map(([, path = '']) => nameOf(path));
});

function nameOf(path: string): string {
  const named = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? /(?:^|\/)(src\/.+)$/.exec(path)?.[1];
  return named ?? path;
}

test('the bundle holds the workflows and what they import', () => {
  expect(modules).toEqual(
    expect.arrayContaining([
      'src/workflows/signature.ts',
      'src/workflows/guards/question-ahead.ts',
      '@temporalio/workflow',
    ]),
  );
});

test('the bundle holds no schema library and no code but the workflows, the messages and the failure converter', () => {
  const ours = modules.filter((name) => name.startsWith('src/'));
  const others = ours.filter((name) => !/^src\/(workflows\/|messages\/|security\/failure-converter\.ts$)/.test(name));
  expect(others).toEqual([]);
  const packages = [...new Set(modules.filter((name) => !name.startsWith('src/') && !name.startsWith('./')))];
  expect(packages.filter((name) => /zod|pino|undici|hono|commander|pkijs/.test(name))).toEqual([]);
  expect(packages.filter((name) => name.startsWith('@temporalio/')).toSorted()).toEqual([
    '@temporalio/common',
    '@temporalio/workflow',
  ]);
});

test('the bundle asks for nothing of Node that a workflow may not have', () => {
  const forbidden = builtinModules.filter((name) => !ALLOWED_BUILTINS.includes(name));
  const asked = modules.map((name) => name.replace(/^(external ")?(node:)?/, '').replace(/("| \(ignored\))$/, ''));
  expect(asked.filter((name) => forbidden.includes(name))).toEqual([]);
});
