import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.js';
import { VideoIdError } from '../messages/failures.js';
import type { Screen } from './screen.js';

/**
 * Reads the settings. Without `VIDEOID_CONFIG` it uses those of the local stack in this folder, if there is one, and says so.
 *
 * @throws VideoIdError BAD_SETTING, UNKNOWN_SETTING
 */
export async function readSettings(screen: Screen): Promise<Config> {
  const { loadConfig } = await import('../config.js');
  const environment = process.env;
  if (!environment['VIDEOID_CONFIG'] && !environment['VIDEOID_ARCHIVE_DIRECTORY']) {
    const local = join(environment['VIDEOID_STATE'] || '.videoid', 'config.json');
    if (existsSync(local)) {
      environment['VIDEOID_CONFIG'] = local;
      screen.say(`Settings of the local stack: ${local}`);
    }
  }
  try {
    return loadConfig();
  } catch (error) {
    if (environment['VIDEOID_CONFIG'] || !(error instanceof VideoIdError)) throw error;
    throw new VideoIdError(error.code, error.message, {
      field: error.field,
      remedy:
        `No settings file is named: set VIDEOID_CONFIG, or run this where \`npm start\` was run. ${error.remedy ?? ''}`.trim(),
      cause: error,
    });
  }
}
