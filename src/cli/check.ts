import type { Command } from 'commander';
import { type FailureView, VideoIdError } from '../messages/failures.js';
import type { CheckedPdf, PdfLimits } from '../signatures/pdf-check.js';
import { define } from './command.js';
import { EXIT } from './exit-codes.js';
import { columns } from './layout.js';
import { readable } from './readable-file.js';
import type { Screen } from './screen.js';
import { readSettings } from './session.js';

/** The answer for one file: what it contains, or why it is refused. */
type Answer = { path: string } & (({ accepted: true } & CheckedPdf) | { accepted: false; failure: FailureView });

/** `videoid check`: whether PDFs can be sent for signing. The same check as at a start, without a request. */
export function checkCommand(program: Command): void {
  define(
    program,
    'check <files...>',
    'check whether PDFs can be sent for signing, as at the start of a request; no request is made. ' +
      'Also shows their signatures, and what their certification allows',
    async ({ screen, operands }) => {
      const limits = await limitsOf(screen);
      const files: Answer[] = [];
      for (const path of operands) {
        files.push(await screen.during(`Checking file ${files.length + 1}`, answerFor(path, limits)));
      }
      screen.answer({ files }, [
        ...columns(files.map((file) => [file.path, wordsOf(file)])),
        ...files.flatMap((file) => (file.accepted ? [] : ['', ...reasonsOf(file)])),
      ]);
      return files.every(({ accepted }) => accepted) ? EXIT.done : EXIT.badInput;
    },
  );
}

async function answerFor(path: string, limits: PdfLimits): Promise<Answer> {
  const { checkPdf } = await import('../signatures/pdf-check.js');
  try {
    return { path, accepted: true, ...(await readable(path, () => checkPdf(path, limits))) };
  } catch (error) {
    if (!(error instanceof VideoIdError) || error.code === 'DOCUMENT_NOT_FOUND') throw error;
    return { path, accepted: false, failure: error.toJSON() };
  }
}

function wordsOf(file: Answer): string {
  if (!file.accepted) return `refused: ${file.failure.code}`;
  const { pages, signatures, timestamps, certified } = file;
  const facts = [
    counted(pages, 'page'),
    ...(signatures > 0 ? [counted(signatures, 'signature')] : []),
    ...(timestamps > 0 ? [counted(timestamps, 'timestamp')] : []),
    ...(certified === undefined ? [] : [`certified, DocMDP ${certified}`]),
  ];
  return `accepted: ${facts.join(', ')}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function reasonsOf({ path, failure }: Extract<Answer, { accepted: false }>): string[] {
  return [`${path}: ${failure.message}`, ...(failure.remedy === undefined ? [] : [`  ${failure.remedy}`])];
}

/** The limits of the settings, or the defaults. The check works without settings. */
async function limitsOf(screen: Screen): Promise<PdfLimits> {
  try {
    return (await readSettings(screen)).documents;
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    screen.say('The settings cannot be used, so the default limits apply.');
    const { configSchema } = await import('../config/schema.js');
    return configSchema.shape.documents.parse(undefined);
  }
}
