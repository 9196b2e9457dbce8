/** Program: bundles the compiled workflows with their failure converter for the worker's `workflowBundle.codePath`. */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { bundleWorkflowCode } from '@temporalio/worker';
import { WORKFLOW_MODULES } from '../src/temporal/data-converter.js';
import { WORKFLOW_BUNDLE } from './project.js';

const { workflowsPath, failureConverterPath, workflowInterceptorModules } = WORKFLOW_MODULES;
const missing = [workflowsPath, failureConverterPath, ...workflowInterceptorModules].filter(
  (file) => !existsSync(file),
);

if (missing.length > 0) fail(`The workflow bundle needs files that were not compiled: ${missing.join(', ')}`);
else await bundle();

async function bundle(): Promise<void> {
  const warnings: string[] = [];
  const warn = (message: string): number => warnings.push(message);
  const logger = { log: warn, trace: noted, debug: noted, info: noted, warn, error: warn };
  try {
    const { code } = await bundleWorkflowCode({ ...WORKFLOW_MODULES, logger });
    // Renamed into place, so that a worker that starts at this moment reads a complete file.
    const temporary = `${WORKFLOW_BUNDLE}.${process.pid}`;
    writeFileSync(temporary, code);
    renameSync(temporary, WORKFLOW_BUNDLE);
  } catch (error) {
    fail(['The workflows could not be bundled.', ...warnings, String(error)].join('\n'));
  }
}

/** Hides the bundler's progress messages. */
function noted(): void {}

function fail(words: string): void {
  process.stderr.write(`${words}\n`);
  process.exitCode = 1;
}
