// Does the story of one request, and kills itself at a place: before or after one of the statements and changes of files.
// Arguments: settings of the archive, the place. Without a place it prints how many there are.
import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ArchiveSettings } from '../../../src/archive/settings.js';
import { openArchive } from '../../../src/archive/open-archive.js';
import { tellStory } from '../contract/story.js';

const killAt = process.argv[3] === undefined ? Infinity : Number(process.argv[3]);
let passed = 0;

function place(): void {
  passed += 1;
  if (passed === killAt) process.kill(process.pid, 'SIGKILL');
}

/** Puts a place before and after each call of a method. */
function interrupt(owner: object, method: string): void {
  const original: unknown = Reflect.get(owner, method);
  if (typeof original !== 'function') throw new Error(`There is no ${method}.`);
  Reflect.set(owner, method, function interrupted(this: unknown, ...words: unknown[]): unknown {
    place();
    const answer: unknown = Reflect.apply(original, this, words);
    if (answer instanceof Promise) return answer.finally(place);
    place();
    return answer;
  });
}

async function run(settings: ArchiveSettings): Promise<void> {
  const archive = await openArchive(settings);
  if (settings.database === undefined) {
    for (const method of ['all', 'run']) interrupt(StatementSync.prototype, method);
    interrupt(DatabaseSync.prototype, 'exec');
  } else {
    const { Client } = createRequire(__filename)('pg') as { Client: { prototype: object } };
    interrupt(Client.prototype, 'query');
  }
  if (settings.files === undefined) for (const method of ['open', 'link', 'rm']) interrupt(fs, method);
  else {
    const { S3Client } = createRequire(__filename)('@aws-sdk/client-s3') as { S3Client: { prototype: object } };
    interrupt(S3Client.prototype, 'send');
  }
  await tellStory(archive);
  process.stdout.write(String(passed));
  process.exit(0);
}

void run(JSON.parse(process.argv[2] ?? '') as ArchiveSettings);
