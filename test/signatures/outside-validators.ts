import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { outsideTool, type OutsideTool } from '../../local/outside-tools.js';
import { verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import type { Identity } from './authority.js';

/** Whether a validator accepts the newest signature of a file: it covers the whole file, is intact and leads to the root. */
export type Validator = (file: string) => Promise<boolean>;

/** pyHanko's command line, loaded once for many calls. */
export class PyHanko {
  private constructor(
    private readonly child: ReturnType<typeof spawn>,
    private readonly answers: AsyncIterator<string>,
  ) {}

  static async start(): Promise<PyHanko> {
    const { command } = await outsideTool('pyhanko');
    const program = join(import.meta.dirname, 'pyhanko-calls.py');
    const child = spawn(command, [program], { stdio: ['pipe', 'pipe', 'ignore'] });
    return new PyHanko(child, createInterface({ input: child.stdout })[Symbol.asyncIterator]());
  }

  /** What one call prints. The next call waits until this one is answered. */
  async printed(args: string[]): Promise<string> {
    this.child.stdin?.write(`${JSON.stringify(args)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error('pyHanko has ended');
    return JSON.parse(value) as string;
  }

  async close(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.stdin?.end();
    await ended;
  }
}

/** Our validator and two others. Each trusts only the root. `folder` is for their files. */
export async function makeValidators(
  folder: string,
  rootPem: string,
  pyhanko: PyHanko,
): Promise<Record<string, Validator>> {
  await mkdir(folder, { recursive: true });
  const root = join(folder, 'root.pem');
  await writeFile(root, rootPem);
  const [pdfsig, certutil] = [await outsideTool('pdfsig'), await outsideTool('certutil')];
  const store = `sql:${folder}`;
  await printed(certutil, ['-N', '-d', store, '--empty-password']);
  await printed(certutil, ['-A', '-d', store, '-n', 'root', '-t', 'CT,C,C', '-i', root]);
  return {
    ours: async (file) => (await verifyPdfSignature(file, { roots: [rootPem] })).verification.result === 'passed',
    pdfsig: async (file) => {
      const newest = (await printed(pdfsig, ['-nssdir', store, file])).split(/^Signature #\d+:$/m).at(-1) ?? '';
      return ['  - Total document signed', 'Signature is Valid.', 'Certificate is Trusted.'].every((words) =>
        newest.includes(words),
      );
    },
    pyhanko: async (file) => {
      const options = [
        '--trust',
        root,
        '--trust-replace',
        '--no-revocation-check',
        '--executive-summary',
        '--no-strict-syntax',
      ];
      const summary = await pyhanko.printed(['sign', 'validate', ...options, file]);
      return summary.trim().split('\n').at(-1)?.endsWith(':VALID') ?? false;
    },
  };
}

/** Lets pyHanko append a document security store to a signed file, like signing services do for PAdES-LT. */
export async function appendStore(file: string): Promise<void> {
  const { command } = await outsideTool('pyhanko');
  await promisify(execFile)(command, [join(import.meta.dirname, 'append-store.py'), file]);
}

/** Lets pyHanko append a document timestamp to a signed file, like signing services do for PAdES-LTA. `folder` is for its files. */
export async function appendTimestamp(
  folder: string,
  file: string,
  authority: Identity,
  chain: Identity[],
): Promise<void> {
  const [key, certificates] = [join(folder, 'timestamps.key'), join(folder, 'timestamps.pem')];
  await writeFile(key, authority.key.export({ type: 'pkcs8', format: 'pem' }));
  await writeFile(certificates, [authority, ...chain].map(({ certificate }) => certificate.toString()).join(''));
  const { command } = await outsideTool('pyhanko');
  await promisify(execFile)(command, [join(import.meta.dirname, 'append-timestamp.py'), file, key, certificates]);
}

/** A validator may use its exit code to refuse a file, so only its output counts. */
async function printed(tool: OutsideTool, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(tool.command, [...tool.arguments, ...args], (error, stdout) => {
      if (error === null || typeof error.code === 'number') resolve(stdout);
      else reject(error);
    });
  });
}
