import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type ArchivePlace, archiveSettings, type Combination, combinationOf } from '../../local/combination.js';
import { sandboxRoot, writeConfig } from '../../local/local-config.js';
import { anyPorts } from '../../local/ports.js';
import { openState } from '../../local/state.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { loadConfig } from '../../src/config.js';
import { STEP_NAMES } from '../../src/messages/policy.js';
import { layKeys } from '../keys.js';
import { LIKE_ASSUMPTIONS } from './like.js';
import { freshBucket, freshDatabase } from './shared-servers.js';
import type { Kept } from './shared-state.js';

export interface Preparation {
  /** Settings that replace the local ones. */
  settings?: (settings: Record<string, unknown>) => void;
  /** Another Temporal server than the shared one. */
  temporalAddress?: string;
  /** If left out: what `TEST_COMBINATION` says. */
  combination?: Combination;
  /** Where a distributed one keeps its archive. A new database and a new bucket if left out. */
  archive?: ArchivePlace;
}

/** Pauses that are short enough for tests. All other settings are the defaults. */
const QUICK = {
  watch: { gap: 50, soon: [50, 100, 200, 400], slow: 2000 },
  code: { coolDown: 300 },
  sign: { settle: 500 },
  retrieve: { filesWithin: 5000 },
  steps: Object.fromEntries(
    STEP_NAMES.map((step) => [step, { startToClose: 10_000, budget: 3000, backoff: 100, slowest: 500 }]),
  ),
};

/** In tests, people take less time. */
const NO_FLOOR = { deadline: 1, gap: 1, slow: 1, pause: 1, settle: 1 };

export function wanted({ combination }: Preparation = {}): Combination {
  return combination ?? combinationOf(process.env);
}

/** Lays keys, settings and archive of an installation into a folder. No program is started. */
export async function prepare(options: Preparation, folder: string): Promise<Kept> {
  await layKeys(folder);
  const state = await openState(folder);
  const ports = await anyPorts();
  const temporalAddress = options.temporalAddress ?? process.env['TEMPORAL_ADDRESS'] ?? '';
  writeConfig(state, { temporalAddress, uiAddress: undefined, ports, roots: [sandboxRoot(state)] });
  const settings = JSON.parse(readFileSync(state.configFile, 'utf8')) as Record<string, unknown>;
  settings['policy'] = structuredClone(QUICK);
  settings['floor'] = { ...NO_FLOOR };
  settings['temporal'] = { address: temporalAddress, taskQueue: `test-${randomUUID()}` };
  if (wanted(options) === 'distributed') {
    const place = options.archive ?? { database: await freshDatabase(), files: await freshBucket() };
    settings['archive'] = archiveSettings(state, place);
  }
  assume(settings, LIKE_ASSUMPTIONS);
  options.settings?.(settings);
  writeFileSync(state.configFile, JSON.stringify(settings));
  const { archive } = loadConfig({ VIDEOID_CONFIG: state.configFile });
  await (await openArchive(archive, { create: true })).close();
  return { state, ports, services: new Map() };
}

function assume(settings: Record<string, unknown>, assumptions: Record<string, unknown>): void {
  const environments = settings['environments'] as Record<string, { assumptions?: object }>;
  for (const environment of Object.values(environments)) environment.assumptions = { ...assumptions };
}
