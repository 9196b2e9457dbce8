// A thread of the verifier that meets what a hostile file may do to it, by the path it is asked for.
const PASSED = {
  verification: { result: 'passed', reasons: [], facts: {} },
  file: { reasons: [], facts: {}, added: [] },
};
const { parentPort } = require('node:worker_threads');

parentPort.on('message', ({ path }) => {
  if (path === 'for ever') for (;;);
  if (path === 'memory') for (const held = []; ;) held.push(Array.from({ length: 100_000 }, () => held.length));
  if (path === 'exit') process.exit(1);
  if (path === 'mistake') parentPort.postMessage({ failure: { message: 'Maximum call stack size exceeded' } }, []);
  else parentPort.postMessage({ verified: PASSED }, []);
});
parentPort.postMessage({ ready: true }, []);
