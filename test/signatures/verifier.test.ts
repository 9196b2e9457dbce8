import { join } from 'node:path';
import { createApp } from '../../src/http/app.js';
import { listen } from '../../src/http/listener.js';
import { healthRoutes } from '../../src/process/health.js';
import { mayPass } from '../../src/signatures/reasons.js';
import { verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import { Verifier, type VerifierOptions } from '../../src/signatures/verification/verifier.js';

const SAMPLE = join(import.meta.dirname, '..', '..', 'samples', 'agreement.pdf');
const THREADS = join(import.meta.dirname, 'threads');
/** The thread's code from the sources, without a build. */
const OURS = {
  file: join(import.meta.dirname, '..', 'archive', 'children', 'typescript.cjs'),
  argv: [join(import.meta.dirname, '..', '..', 'src', 'signatures', 'verification', 'verification-thread.ts')],
};
const HOSTILE = { file: join(THREADS, 'hostile.cjs') };
const ORDER = { roots: [] };

const opened: Verifier[] = [];
afterAll(() => Promise.all(opened.map((each) => each.close())));

function verifier(options: Partial<VerifierOptions> = {}): Verifier {
  const made = new Verifier({ within: 60_000, memory: 256e6, threads: 1, entry: HOSTILE, ...options });
  opened.push(made);
  return made;
}

test('gives the same answer for a file as the verification', async () => {
  const { verify } = verifier({ entry: OURS });
  expect(await verify(SAMPLE, ORDER)).toEqual(await verifyPdfSignature(SAMPLE, ORDER));
  await expect(verify('/nowhere/agreement.pdf', ORDER)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await verify(SAMPLE, ORDER)).toEqual(await verifyPdfSignature(SAMPLE, ORDER));
});

test.each([
  ['for ever', 'verification-took-too-long', { within: 500 }],
  ['memory', 'verification-out-of-memory', { memory: 32e6 }],
  ['mistake', 'verification-broke-off', {}],
])('a file that makes it go on %s is indeterminate by name, and the next one is verified', async (...row) => {
  const [path, reason, options] = row;
  const { verify } = verifier(options);
  const verified = await verify(path, ORDER);
  expect(verified.verification).toEqual({ result: 'indeterminate', reasons: [reason], facts: {} });
  expect(mayPass(verified.verification, [reason])).toBe(false);
  expect(await verify('good', ORDER)).toMatchObject({ verification: { result: 'passed' } });
});

test('a defect of ours is reported to the caller', async () => {
  const reported: Error[] = [];
  await verifier({ broken: (error) => reported.push(error) }).verify('mistake', ORDER);
  expect(reported).toMatchObject([{ message: 'Maximum call stack size exceeded' }]);
});

test('a thread that ends by itself fails its file, which is tried again in another', async () => {
  const { verify } = verifier();
  await expect(verify('exit', ORDER)).rejects.toThrow('a verification thread has ended');
  expect(await verify('good', ORDER)).toMatchObject({ verification: { result: 'passed' } });
});

test('files wait for each other, and none is lost', async () => {
  const { verify } = verifier({ threads: 2, within: 1000 });
  const paths = ['good', 'for ever', 'good', 'for ever', 'good', 'good'];
  const results = await Promise.all(paths.map(async (path) => (await verify(path, ORDER)).verification.result));
  expect(results).toEqual(paths.map((path) => (path === 'good' ? 'passed' : 'indeterminate')));
});

test('while a hostile file is verified the worker answers', async () => {
  const { verify } = verifier({ within: 1500 });
  const app = createApp(() => undefined);
  app.route('/', healthRoutes({ read: async () => ({ ready: true, problems: [] }) }));
  const settings = { host: 'worker.host', port: 'worker.healthPort' };
  const health = await listen(app.fetch, { host: '127.0.0.1', port: 0, settings });
  let answers = 0;
  const state = { ended: false };
  const verified = verify('for ever', ORDER).finally(() => (state.ended = true));
  while (!state.ended) {
    expect((await fetch(`http://127.0.0.1:${health.port}/health`)).status).toBe(200);
    answers += 1;
  }
  expect(await verified).toMatchObject({ verification: { reasons: ['verification-took-too-long'] } });
  expect(answers).toBeGreaterThan(10);
  await health.close();
});
