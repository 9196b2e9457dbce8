import { DatabaseError } from './trouble.js';

/**
 * Which archive the database must be of, once that is known. Each new connection is asked: another database may have been put in the
 * place of ours while the process runs.
 */
export class OwnRecords {
  /** The archive's id. */
  id: string | undefined;

  /** @param ask runs a statement on the new connection */
  async assert(ask: (statement: string) => Promise<readonly unknown[]>): Promise<void> {
    if (this.id === undefined) return;
    const [row] = (await ask('select id from archive')) as readonly { id?: unknown }[];
    if (row?.id === this.id) return;
    throw new DatabaseError({
      kind: 'lasting',
      reason: 'another archive',
      words: 'it belongs to another archive than before',
      remedy: 'Restore the database of this archive, or correct the settings and restart the processes.',
    });
  }
}
