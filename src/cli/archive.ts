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
    'copy the archive on this machine: first the databases, then the files. Everything may run meanwhile. A later backup to the same folder copies only new files',
    async ({ screen, operands: [directory = ''] }) => {
      const config = await readSettings(screen);
      const { backUp } = await import('../archive/backup.js');
      const { words, onProgress } = progressOf('Copying files');
      const done = await screen.during(words, backUp(config.archive, directory, onProgress));
      screen.answer(done, linesOf(done, directory));
      const copied = done.databases.length > 0 || done.files !== undefined;
      return copied && done.lost.length === 0 ? EXIT.done : EXIT.failed;
    },
  );
}

function linesOf({ databases, files, lost }: Backup, directory: string): string[] {
  return [
    ...columns([
      [
        'Databases',
        databases.length === 0 ? 'in PostgreSQL: back it up there, before the files' : databases.join(', '),
      ],
      [
        'Files',
        files === undefined
          ? 'in S3: back up the bucket there, after the database'
          : `${files.copied} copied, ${files.present} were copied before, ${files.removed} removed that the archive no longer has`,
      ],
    ]),
    ...(databases.length === 0 && files === undefined
      ? ['Nothing of this archive is on this machine, so nothing was copied.']
      : lost.length === 0
        ? [`The backup in ${directory} is complete.`]
        : [
            `${lost.length} files of the archive are lost or were changed, so the backup does not have them as they were stored:`,
            ...lost.map((object) => `  ${object}`),
            'An earlier backup may have them.',
          ]),
  ];
}
