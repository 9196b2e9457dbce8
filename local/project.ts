import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The folder of the project. It is found from compiled code (`dist/local`) and from the sources. */
export const PROJECT = nearest(import.meta.dirname, 'package.json');

/** Compiled output. */
export const DIST = join(PROJECT, 'dist');

/** Made by `npm run build`, used by production workers. */
export const WORKFLOW_BUNDLE = join(DIST, 'workflow-bundle.js');

/** Where the local stack keeps its state: `VIDEOID_STATE`, or `.videoid` in the project. */
export function stateDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(environment['VIDEOID_STATE'] || join(PROJECT, '.videoid'));
}

function nearest(folder: string, name: string): string {
  if (existsSync(join(folder, name))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`No ${name} above ${import.meta.dirname}.`);
  return nearest(parent, name);
}
