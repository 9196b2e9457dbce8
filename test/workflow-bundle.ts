import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BundleOptions, bundleWorkflowCode } from '@temporalio/worker';
import { QUIET } from './quiet.js';

/** Bundling takes seconds. The first test of a run makes the bundle for all tests, and renames it when it is complete. */
export async function workflowBundle(name: string, options: BundleOptions): Promise<{ codePath: string }> {
  const folder = process.env['TEST_INSTALLATIONS'] ?? '';
  const codePath = join(folder, `${name}.js`);
  if (existsSync(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({ ...options, logger: QUIET });
  mkdirSync(folder, { recursive: true });
  const made = `${codePath}.${process.pid}`;
  writeFileSync(made, code);
  renameSync(made, codePath);
  return { codePath };
}
