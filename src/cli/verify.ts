import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { VideoIdError } from '../messages/failures.js';
import type { Verification } from '../messages/outcome.js';
import { define } from './command.js';
import { EXIT } from './exit-codes.js';
import { columns } from './layout.js';
import { readable } from './readable-file.js';
import { verificationWords } from './request-words.js';
import type { Screen } from './screen.js';
import { readSettings } from './session.js';

/** `videoid verify`: checks the signatures of PDFs, with the same code as the worker. */
export function verifyCommand(program: Command): void {
  define<{ roots?: string[] }>(
    program,
    'verify <files...>',
    'check the signatures of PDFs: whole file covered, digest, signature, chain to the roots. ' +
      'Only the provider and the trusted list decide whether a signature is qualified',
    async ({ screen, operands, flags }) => {
      const roots = await rootsOf(flags.roots ?? (await configuredRoots(screen)));
      if (roots.length === 0) screen.say('No roots: no chain can be checked. Name PEM files with --roots.');
      const { verifyPdfSignature } = await import('../signatures/verification/verification.js');
      const files: { path: string; verification: Verification }[] = [];
      for (const path of operands) {
        const work = readable(path, () => verifyPdfSignature(path, { roots }));
        const { verification } = await screen.during(`Verifying file ${files.length + 1}`, work);
        files.push({ path, verification });
      }
      const { REASONS } = await import('../signatures/reasons.js');
      const named = new Set(files.flatMap(({ verification }) => verification.reasons));
      const words = Object.entries(REASONS).flatMap(([reason, of]) =>
        named.has(reason) ? [[`  ${reason}`, of.words]] : [],
      );
      screen.answer({ files }, [
        ...columns(files.map(({ path, verification }) => [path, verificationWords(verification)])),
        ...(words.length === 0 ? [] : ['', ...columns(words)]),
      ]);
      return files.every(({ verification }) => verification.result === 'passed') ? EXIT.done : EXIT.notPassed;
    },
  ).option(
    '--roots <pem>',
    'a PEM file of roots; repeat it for several (default: the roots of all environments in the settings)',
    (path: string, before: string[] | undefined) => [...(before ?? []), path],
  );
}

/** The roots of all environments. Empty without settings: the verification works without them. */
async function configuredRoots(screen: Screen): Promise<string[]> {
  try {
    const { environments } = await readSettings(screen);
    return [...new Set(Object.values(environments).flatMap(({ roots }) => roots))];
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    screen.say('The settings cannot be used, so there are no roots from them.');
    return [];
  }
}

async function rootsOf(paths: readonly string[]): Promise<string[]> {
  const { readRoots } = await import('../signatures/cms/certificate-chain.js');
  const roots: string[] = [];
  for (const path of paths) {
    const pem = await readable(path, () => readFile(path, 'utf8'));
    try {
      readRoots(pem);
    } catch (cause) {
      throw new VideoIdError('BAD_INPUT', 'A file with roots holds no certificate in PEM form.', {
        field: '--roots',
        remedy: 'Name files with -----BEGIN CERTIFICATE----- blocks.',
        cause,
      });
    }
    roots.push(pem);
  }
  return roots;
}
