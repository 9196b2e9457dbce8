import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedProgram, versionOf } from '../../../local/go-build.js';
import { openScreen } from '../../../local/screen.js';
import { findPostgres } from '../../../local/servers/postgres-binary.js';
import { findVersitygw, VERSITYGW } from '../../../local/servers/versitygw-binary.js';
import { script } from '../scripts.js';

let folder: string;
let environment: NodeJS.ProcessEnv;
let shown: string[];
const screen = openScreen({ write: (text) => shown.push(text) });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ladder-'));
  // `sh` for the scripts below, and no Go.
  mkdirSync(join(folder, 'bin'));
  environment = { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') };
  shown = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the search for an S3 server', () => {
  it('takes what VERSITYGW_PATH names before all others, and goes no further if that is none', async () => {
    versitygw(join(folder, 'bin', 'versitygw'));
    const named = versitygw(join(folder, 'mine'), 'v1.9.0');
    environment['VERSITYGW_PATH'] = named;
    expect(await findS3()).toEqual({ path: named, version: '1.9.0' });
    environment['VERSITYGW_PATH'] = join(folder, 'missing');
    await expect(findS3()).rejects.toThrow('there is no such file');
    environment['VERSITYGW_PATH'] = script(join(folder, 'other'), 'echo something else');
    await expect(findS3()).rejects.toThrow('does not say that it is versitygw');
  });

  it('takes it from the PATH, and else from the cache', async () => {
    const cached = versitygw(cachedProgram(VERSITYGW, environment));
    expect(await findS3()).toEqual({ path: cached, version: versionOf(VERSITYGW) });
    const path = versitygw(join(folder, 'bin', 'versitygw'));
    expect(await findS3()).toEqual({ path, version: 'git' });
  });

  it('builds it into the cache with Go, once', async () => {
    goThatBuilds(join(folder, 'bin', 'go'), 'echo "Version  : git"');
    const path = cachedProgram(VERSITYGW, environment);
    const both = await Promise.all([findS3(), findS3()]);
    const built = { path, version: versionOf(VERSITYGW) };
    expect(both).toEqual([built, built]);
    expect(shown.join('').match(/✓ compiling the S3 server/g)).toHaveLength(1);
  });

  it('says what Go said if the build fails, and keeps nothing', async () => {
    script(join(folder, 'bin', 'go'), 'test "$1" = env && echo go1.26.0 || { echo "no such module" >&2; exit 1; }');
    await expect(findS3()).rejects.toThrow('Go module: go list failed: no such module');
    await expect(findS3({ make: false })).rejects.toThrow('No S3 server (versitygw) was found');
  });

  it('says everything that was tried and what helps, without Go and with an old one', async () => {
    await expect(findS3()).rejects.toThrow(/Go module: Go is not installed\n.*VERSITYGW_PATH/s);
    script(join(folder, 'bin', 'go'), 'echo go1.20.1');
    await expect(findS3()).rejects.toThrow('Go is 1.20.1; 1.21 or newer is needed');
  });
});

describe('the search for PostgreSQL', () => {
  it('takes what POSTGRES_BIN names before all others, and goes no further if that is none', async () => {
    postgres(join(folder, 'bin'), '16.1');
    environment['POSTGRES_BIN'] = postgres(join(folder, 'mine'), '17.2');
    expect(await findSql()).toEqual({ folder: join(folder, 'mine'), version: '17.2' });
    environment['POSTGRES_BIN'] = postgres(join(folder, 'old'), '14.9');
    await expect(findSql()).rejects.toThrow('it is version 14.9; 15 or newer is needed');
    environment['POSTGRES_BIN'] = join(folder, 'missing');
    await expect(findSql()).rejects.toThrow(/it has no program initdb.*Install PostgreSQL 15 or newer/);
  });

  it('takes the folder to which an initdb on the PATH leads', async () => {
    const programs = postgres(join(folder, 'programs'), '15.18');
    symlinkSync(join(programs, 'initdb'), join(folder, 'bin', 'initdb'));
    expect(await findSql()).toEqual({ folder: programs, version: '15.18' });
  });

  it('takes what pg_config names, if a server is there', async () => {
    script(join(folder, 'bin', 'pg_config'), `echo ${join(folder, 'programs')}`);
    await expect(findSql()).rejects.toThrow('No PostgreSQL server was found');
    postgres(join(folder, 'programs'), '15.18');
    expect(await findSql()).toEqual({ folder: join(folder, 'programs'), version: '15.18' });
  });

  it('takes the newest of Debian’s folders, and compares versions as numbers', async () => {
    for (const version of ['9', '16', '15']) postgres(join(folder, 'packages', version, 'bin'), `${version}.1`);
    mkdirSync(join(folder, 'packages', '17', 'lib'), { recursive: true });
    expect(await findSql()).toEqual({ folder: join(folder, 'packages', '16', 'bin'), version: '16.1' });
  });
});

async function findS3(more: { make?: boolean } = {}) {
  return findVersitygw({ environment, screen, ...more });
}

async function findSql() {
  return findPostgres({ environment, screen, packages: join(folder, 'packages'), make: false });
}

function versitygw(path: string, version = 'git'): string {
  return script(path, `echo "Version  : ${version}"`);
}

/** A folder with what is looked for. */
function postgres(programs: string, version: string): string {
  script(join(programs, 'initdb'), 'exit 1');
  script(join(programs, 'postgres'), `echo "postgres (PostgreSQL) ${version} (Debian)"`);
  return programs;
}

/** It takes a moment to "compile" a program that is this line of shell. */
function goThatBuilds(path: string, line: string): void {
  const built = script(join(folder, 'built'), line);
  script(
    path,
    [
      'case "$1" in',
      'env) echo go1.26.0 ;;',
      'list) echo one/package ;;',
      `build) while [ "$1" != -o ]; do shift; done; ${copy(built)} ;;`,
      'esac',
    ].join('\n'),
  );
}

/** The PATH has no `cp`. */
function copy(file: string): string {
  return `/bin/cp ${file} "$2"`;
}
