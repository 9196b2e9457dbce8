import { openArchive } from '../src/archive/file-archive.js';
import { preparedArchive } from '../src/cli/archive-setup.js';
import { loadConfig } from '../src/config.js';
import { VideoIdError } from '../src/messages/failures.js';
import { connectClient } from '../src/temporal/connection.js';
import type { State } from './state.js';
import type { TemporalServer } from './temporal-server.js';

/**
 * The archive of the local stack, as `videoid setup` makes it. An attached server may have requests of an earlier stack, whose archive was
 * deleted on purpose, so it is not asked.
 *
 * @throws Error if the archive was moved: the requests in Temporal's database cannot go on without it
 */
export async function makeArchive({ configFile }: State, { service }: TemporalServer): Promise<void> {
  const config = loadConfig({ VIDEOID_CONFIG: configFile });
  if (service === undefined) {
    await openArchive({ directory: config.archive.directory, create: true, reserveBytes: 0 });
    return;
  }
  const { connection, client } = await connectClient(config.temporal, {});
  try {
    await preparedArchive(client, config, false);
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    throw new Error(`${error.message} ${error.remedy ?? ''}`.trim(), { cause: error });
  } finally {
    await connection.close();
  }
}
