import { parentPort } from 'node:worker_threads';
import { defined } from '../../messages/defined.js';
import type { ThreadAnswer, ThreadOrder } from './verifier.js';
import { verifyPdfSignature } from './verification.js';

/** A thread of the verifier. It verifies one file after the other until it is ended. */
parentPort?.on('message', ({ path, order }: ThreadOrder) => {
  verifyPdfSignature(path, order).then(
    (verified) => answer({ verified }),
    (error: unknown) => answer({ failure: failureOf(error) }),
  );
});
answer({ ready: true });

function answer(said: ThreadAnswer): void {
  parentPort?.postMessage(said, []);
}

function failureOf(error: unknown): Extract<ThreadAnswer, { failure: unknown }>['failure'] {
  if (!(error instanceof Error)) return { message: 'a value that is not an Error was thrown' };
  const { message, stack = '' } = error;
  const code = 'code' in error && 'syscall' in error ? String(error.code) : undefined;
  return { message, stack, ...defined({ code }) };
}
