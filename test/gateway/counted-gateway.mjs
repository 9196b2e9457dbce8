// A gateway in a process of its own, which counts what stays behind. The test starts it with --expose-gc.
import { subscribe } from 'node:diagnostics_channel';
import { readdirSync } from 'node:fs';

const calls = { made: 0, open: 0 };
subscribe('http2.client.stream.created', () => {
  calls.made += 1;
  calls.open += 1;
});
subscribe('http2.client.stream.close', () => {
  calls.open -= 1;
});

const { startGateway } = await import('../../dist/src/gateway.js');
const { createLogger } = await import('../../dist/src/logging/logger.js');
const logger = createLogger({ process: 'gateway', level: 'silent' });
const gateway = await startGateway(JSON.parse(process.argv[2]), logger);

// A busy process collects garbage all the time.
setInterval(() => globalThis.gc(), 250).unref();

process.on('message', () => {
  globalThis.gc();
  process.send({
    // Calls to Temporal.
    ...calls,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
    files: readdirSync('/proc/self/fd').length,
  });
});
process.send({ port: gateway.port });
