#!/usr/bin/env node
import './process/supported-node.js';
import { EXIT } from './cli/exit-codes.js';
import { run } from './cli/program.js';

// The reader of the answer may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

await run(process.argv.slice(2));
// Of a worker that could not be made the SDK's runtime and threads are left, which would keep the process.
if (process.exitCode !== EXIT.done) process.stdout.write('', () => process.stderr.write('', () => process.exit()));
