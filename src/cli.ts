#!/usr/bin/env node
import { run } from './cli/program.js';

// Whoever reads the answer may stop reading, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

await run(process.argv.slice(2));
