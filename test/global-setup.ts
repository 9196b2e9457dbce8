import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as screens from '../local/screen.js';
import type * as onDemand from '../local/servers/on-demand.js';
import type * as servers from '../local/temporal-server.js';

declare global {
  /** What the global teardown must stop and remove. */
  // oxlint-disable-next-line no-var -- the only way to declare a global
  var temporalUnderTest:
    | {
        server: servers.TemporalServer;
        others: onDemand.ServersOnDemand;
        folder: string;
        processes: () => number[];
      }
    | undefined;
}

/**
 * One Temporal server for all tests that need one. The tests read these variables:
 * `TEMPORAL_ADDRESS`, and for a server started here `TEST_TEMPORAL_METRICS` (Prometheus, counter `action`),
 * `TEST_TEMPORAL_DATABASE` (SQLite file, with `-wal` beside it), `TEST_TEMPORAL_LOG`. Test files share the folder `TEST_INSTALLATIONS`.
 * PostgreSQL and S3 are at `TEST_SERVERS`, where the first test that needs them starts them.
 */
export default async function startServer(): Promise<void> {
  const compiled = join(import.meta.dirname, '..', 'dist', 'local');
  if (!existsSync(join(compiled, 'temporal-server.js')))
    throw new Error('Run `npm run build` once before these tests.');
  // Compiled: jest does not map `.js` to `.ts` for a global setup.
  const { startTemporalServer } = (await import(join(compiled, 'temporal-server.js'))) as typeof servers;
  const { serveOnDemand } = (await import(join(compiled, 'servers', 'on-demand.js'))) as typeof onDemand;
  const { openScreen } = (await import(join(compiled, 'screen.js'))) as typeof screens;
  const folder = mkdtempSync(join(tmpdir(), 'videoid-temporal-'));
  const databaseFile = join(folder, 'temporal.sqlite');
  const logFile = join(folder, 'temporal.log');
  const server = await startTemporalServer({
    screen: openScreen(process.stderr),
    databaseFile,
    logFile,
    make: false,
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  process.once('exit', () => globalThis.temporalUnderTest?.processes().forEach(terminate));
  const installations = join(folder, 'installations');
  const others = await serveOnDemand();
  globalThis.temporalUnderTest = { server, others, folder, processes: () => processesIn(installations) };
  process.env['TEST_SERVERS'] = others.address;
  process.env['TEST_INSTALLATIONS'] = installations;
  process.env['TEMPORAL_ADDRESS'] = server.address;
  if (server.metricsAddress === undefined) return;
  process.env['TEST_TEMPORAL_METRICS'] = server.metricsAddress;
  process.env['TEST_TEMPORAL_DATABASE'] = databaseFile;
  process.env['TEST_TEMPORAL_LOG'] = logFile;
}

/** Process ids of the installations that test files share. */
function processesIn(installations: string): number[] {
  if (!existsSync(installations)) return [];
  return readdirSync(installations).flatMap((name) => {
    const file = join(installations, name, 'processes.json');
    return existsSync(file) ? Object.values(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>) : [];
  });
}

function terminate(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It has ended.
  }
}
