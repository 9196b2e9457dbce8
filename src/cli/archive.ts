import type { Command } from 'commander';
import type { Backup } from '../archive/backup.js';
import { importCommand } from './archive-import.js';
import { define } from './command.js';
import { EXIT } from './exit-codes.js';
import { columns } from './layout.js';
import { progressOf } from './screen.js';
import { readSettings } from './session.js';

/** `videoid archive …`: what is done with the archive as a whole. */
export function archiveCommands(program: Command): void {
  const archive = program
    .command('archive')
    .description('back the archive up, or import one of an earlier release')
    .helpCommand(false);
  backupCommand(archive);
  importCommand(archive);
}

function backupCommand(archive: Command): void {
  define(
    archive,
    'backup <directory>',
    'copy what the archive has on this machine: first the databases, then the files; everything may run meanwhile. A later backup to the same folder copies what is new',
    async ({ screen, operands: [directory = ''] }) => {
      const config = await readSettings(screen);
      const { backUp } = await import('../archive/backup.js');
      const { words, onProgress } = progressOf('Copying files');
      const done = await screen.during(words, backUp(config.archive, directory, onProgress));
      screen.answer(done, linesOf(done, directory));
      return done.lost.length > 0 ? EXIT.failed : EXIT.done;
    },
  );
}

function linesOf({ databases, files, lost }: Backup, directory: string): string[] {
  return [
    ...columns([
      [
        'Databases',
        databases.length === 0 ? 'in PostgreSQL: back them up there, before the files' : databases.join(', '),
      ],
      [
        'Files',
        files === undefined
          ? 'in S3: keep versions or a replica of the bucket there'
          : `${files.copied} copied, ${files.present} were there, ${files.removed} removed that no row names any more`,
      ],
    ]),
    ...(lost.length === 0
      ? [`The backup in ${directory} is complete.`]
      : [
          `${lost.length} files of the archive are lost or were changed, and are not as they should be in the backup:`,
          ...lost.map((object) => `  ${object}`),
          'An earlier backup may have them.',
        ]),
  ];
}
