import type { Screen } from '../screen.js';
import { findPostgres } from './postgres-binary.js';
import { findVersitygw } from './versitygw-binary.js';

/**
 * Finds the servers that tests of the archive need, or gets them. Returns the variables that name them. One that cannot be had is
 * reported, and the tests that need it fail.
 */
export async function findServers(environment: NodeJS.ProcessEnv, screen: Screen): Promise<Record<string, string>> {
  const searches = {
    POSTGRES_BIN: async () => (await findPostgres({ environment, screen })).folder,
    VERSITYGW_PATH: async () => (await findVersitygw({ environment, screen })).path,
  };
  const found: Record<string, string> = {};
  for (const [variable, search] of Object.entries(searches)) {
    try {
      found[variable] = await search();
    } catch (error) {
      screen.line(error instanceof Error ? error.message : String(error));
    }
  }
  return found;
}
