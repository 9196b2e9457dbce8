import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isExecutable, onPath } from '../on-path.js';
import { installPackages } from '../outside-tools.js';
import type { Screen } from '../screen.js';

/** The programs of a PostgreSQL server. */
export interface PostgresBinary {
  /** The folder of `initdb` and `postgres`. */
  folder: string;
  /** `15.18` */
  version: string;
}

/** Where to look. The defaults are the real places. Tests give others. */
export interface PostgresPlaces {
  environment: NodeJS.ProcessEnv;
  screen: Screen;
  /** Where Debian's packages put a folder for each version. */
  packages?: string;
  /** False: nothing is installed. */
  make?: boolean;
}

const OLDEST = 15;
const PACKAGE = 'postgresql';
const DEBIAN = '/usr/lib/postgresql';
/** Debian's package reads here whether to make a database server of its own. */
const CLUSTER_SETTINGS = '/etc/postgresql-common/createcluster.conf';
const REMEDY =
  `Install PostgreSQL ${OLDEST} or newer (Debian and Ubuntu: apt-get install ${PACKAGE}), or set POSTGRES_BIN to the folder ` +
  'of its programs initdb and postgres.';

/**
 * Finds the programs of a PostgreSQL server: `POSTGRES_BIN`, `initdb` on the PATH, what `pg_config` names, Debian's folders. Else it
 * installs Debian's package, if we are root. Each step is shown.
 *
 * @throws Error if none is found or installed. It says what to do.
 */
export async function findPostgres(places: PostgresPlaces): Promise<PostgresBinary> {
  const { environment, screen, packages = DEBIAN } = places;
  const named = environment['POSTGRES_BIN'];
  if (named) {
    const version = await postgresVersion(named);
    if (typeof version === 'object') throw new Error(`POSTGRES_BIN names ${named}, but ${version.why}. ${REMEDY}`);
    screen.fact('POSTGRES_BIN', `${named} (${version})`);
    return { folder: named, version };
  }
  screen.fact('POSTGRES_BIN', 'not set');
  const found = await installed(environment['PATH'] ?? '', packages, screen);
  if (found !== undefined) return found;
  if (places.make === false) throw new Error(`No PostgreSQL server was found. ${REMEDY}`);
  await screen.step('installing PostgreSQL', async (report) => {
    if (process.getuid?.() === 0) wantNoCluster(report);
    await installPackages('postgresql', [PACKAGE], report);
  });
  const made = await newest(packages, screen);
  if (made === undefined) throw new Error(`The package ${PACKAGE} is installed, but has no usable server. ${REMEDY}`);
  return made;
}

async function installed(path: string, packages: string, screen: Screen): Promise<PostgresBinary | undefined> {
  const initdb = onPath(['initdb'], path);
  const config = onPath(['pg_config'], path);
  const places = {
    // It may be a link, and the other programs lie beside what it leads to.
    'initdb on the PATH': initdb && dirname(realpathSync(initdb)),
    pg_config: config && (await promisify(execFile)(config, ['--bindir'], { timeout: 20_000 })).stdout.trim(),
  };
  for (const [name, folder] of Object.entries(places)) {
    const version = folder === undefined ? { why: 'not found' } : await postgresVersion(folder);
    if (typeof version === 'string') {
      screen.fact(name, `${folder} (${version})`);
      return { folder: folder ?? '', version };
    }
    screen.fact(name, folder === undefined ? version.why : `${folder} is not used: ${version.why}`);
  }
  return newest(packages, screen);
}

/** The newest one that Debian's packages have installed. */
async function newest(packages: string, screen: Screen): Promise<PostgresBinary | undefined> {
  const versions = existsSync(packages) ? readdirSync(packages).filter((name) => /^\d+$/.test(name)) : [];
  for (const name of versions.toSorted((a, b) => Number(b) - Number(a))) {
    const folder = join(packages, name, 'bin');
    const version = await postgresVersion(folder);
    screen.fact(packages, typeof version === 'string' ? `${folder} (${version})` : `${folder}: ${version.why}`);
    if (typeof version === 'string') return { folder, version };
  }
  if (versions.length === 0) screen.fact(packages, 'not found');
  return undefined;
}

/** The version of the server in a folder, or why it cannot be used. */
async function postgresVersion(folder: string): Promise<string | { why: string }> {
  for (const program of ['initdb', 'postgres'])
    if (!isExecutable(join(folder, program))) return { why: `it has no program ${program}` };
  let printed: string;
  try {
    printed = (await promisify(execFile)(join(folder, 'postgres'), ['--version'], { timeout: 20_000 })).stdout;
  } catch (error) {
    return { why: `its program postgres does not run (${error instanceof Error ? error.message : String(error)})` };
  }
  const version = /PostgreSQL\) (\d+(\.\d+)?)/.exec(printed)?.[1];
  if (version === undefined) return { why: 'its program postgres does not say which version it is' };
  if (Number.parseInt(version, 10) < OLDEST) return { why: `it is version ${version}; ${OLDEST} or newer is needed` };
  return version;
}

/** Debian's package otherwise makes a database server with the data of nobody, and starts it with the machine. */
function wantNoCluster(report: (detail: string) => void): void {
  if (existsSync(CLUSTER_SETTINGS)) return;
  report(`only its programs: ${CLUSTER_SETTINGS} says create_main_cluster = false`);
  mkdirSync(dirname(CLUSTER_SETTINGS), { recursive: true });
  writeFileSync(CLUSTER_SETTINGS, 'create_main_cluster = false\n');
}
