import { openArchive } from '../src/archive/open-archive.js';
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
    await (await openArchive(config.archive, { create: true })).close();
    return;
  }
  const { connection, client } = await connectClient(config.temporal, {});
  try {
    await (await preparedArchive(client, config, false)).close();
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    throw new Error(`${error.message} ${error.remedy ?? ''}`.trim(), { cause: error });
  } finally {
    await connection.close();
  }
}
