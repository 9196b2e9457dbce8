import type { Command } from 'commander';
import type { ImportProblem, ImportReport } from '../archive/import/import-archive.js';
import { define } from './command.js';
import { EXIT } from './exit-codes.js';
import { columns } from './layout.js';
import { progressOf } from './screen.js';
import { readSettings } from './session.js';

/** Problems that people are shown. The answer for programs has more. */
const SHOWN = 20;

const WORDS: Record<ImportProblem['what'], string> = {
  unreadable: 'not imported',
  missing: 'imported without this file, which is missing',
  changed: 'imported without this file, whose bytes are not those of its record',
  other: 'left out: the archive has another request of this name, or it changed here after it was imported',
  unknown: 'left out: not part of an archive',
};

/** `videoid archive import`: brings an archive of the earlier form, folders and JSON files, into the one of the settings. */
export function importCommand(archive: Command): void {
  define<{ dryRun?: true }>(
    archive,
    'import <directory>',
    'import an archive of an earlier release (folders and JSON files) into the archive of the settings, which is made. Files are compared with their hashes. May be repeated. Changes nothing in the directory',
    async ({ screen, operands: [directory = ''], flags: { dryRun = false } }) => {
      const config = await readSettings(screen);
      const { importArchive } = await import('../archive/import/import-archive.js');
      const { loadKeyRing } = await import('../security/keys.js');
      const codecKeys = config.keys.encryptPayloads ? await loadKeyRing(config.keys.codec) : undefined;
      const { words, onProgress } = progressOf(dryRun ? 'Checking requests' : 'Importing requests');
      const report = await screen.during(
        words,
        importArchive(directory, config.archive, { dryRun, onProgress, codecKeys }),
      );
      screen.answer(report, [...countsOf(report), ...problemLines(report), ...endLines(report)]);
      if (report.finished) screen.next('videoid setup');
      return report.problemCount > report.unknown ? EXIT.failed : EXIT.done;
    },
  ).option('--dry-run', 'only read and check everything. Nothing is changed');
}

function countsOf(report: ImportReport): string[] {
  const imported = report.place === undefined ? '' : `, ${report.imported} imported now`;
  return columns([
    ['Archive', report.archiveId],
    ...(report.place === undefined ? [] : [['Imported to', report.place]]),
    ['Requests', `${report.attempts}${imported}`],
    ['Files', `${report.files}, ${report.bytes} bytes`],
    ['Provider’s ids', String(report.providerIds)],
    ['Feed', `${report.feed} entries`],
  ]);
}

function problemLines({ problems, problemCount }: ImportReport): string[] {
  if (problemCount === 0) return [];
  const more = problemCount - Math.min(problems.length, SHOWN);
  return [
    '',
    ...problems.slice(0, SHOWN).map(({ what, path, words }) => {
      return `${[path, words].filter((each) => each !== undefined).join(': ')} (${WORDS[what]})`;
    }),
    ...(more > 0 ? [`… and ${more} more. --json lists the first thousand.`] : []),
  ];
}

function endLines(report: ImportReport): string[] {
  const { place, finished, problems, removable } = report;
  const unreadable = problems.some(({ what }) => what === 'unreadable');
  if (unreadable) {
    return [
      '',
      place === undefined ? CHECKED : 'The import is not finished. Nobody can use the archive yet.',
      'Restore from a backup what cannot be read, and repeat the command. If it may be lost, move the folder of the request out of the directory first.',
      'Then nobody knows the request any more, and a start with the same reference bills again.',
    ];
  }
  if (place === undefined) return wouldLines(report);
  if (!finished) return [];
  if (problems.length > 0) {
    return [
      '',
      'The archive can be used, but it lacks what is named above. Do not start the earlier release again.',
      'Restore it in the directory from a backup, and repeat the command. It adds what is missing. Keep the directory until then.',
    ];
  }
  return [
    '',
    'Everything was imported, and the archive can be used. Do not start the earlier release again.',
    'When everything works, remove these. They are not needed any more:',
    ...removable.map((path) => `  ${path}`),
  ];
}

const CHECKED = 'This was only a check. Nothing was made, written or removed.';

/** What an import would do. */
function wouldLines({ attempts, files, problemCount, unknown }: ImportReport): string[] {
  return [
    '',
    CHECKED,
    `Without --dry-run, ${attempts} requests with ${files} files come into the archive of the settings. It is made if it is not there.`,
    ...(problemCount > unknown ? ['The files that are named above would be missing.'] : []),
  ];
}
