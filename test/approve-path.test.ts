import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A file that a reader opens, and how an earlier file leads to it. */
interface Hop {
  file: string;
  /** The file that imports this one. If left out, it is the file before. */
  from?: string;
  /** For steps that no import shows: what the earlier file calls, and what this one declares. Across a process, or through a type. */
  calls?: [called: string, declared: string];
}

/** The way of `videoid approve`, from the command line to the call at the provider. */
const APPROVE: Hop[] = [
  { file: 'cli/decide.ts' },
  { file: 'cli/command.ts' },
  { file: 'client.ts' },
  { file: 'client/orders/orders.ts' },
  { file: 'client/running/access.ts' },
  { file: 'client/running/updates.ts' },
  { file: 'workflows/signature.ts', from: 'client/orders/orders.ts', calls: ["verb('review'", "takes('review'"] },
  { file: 'workflows/engine/request-run.ts' },
  { file: 'workflows/review.ts', from: 'workflows/signature.ts' },
  { file: 'workflows/engine/steps.ts', from: 'workflows/engine/request-run.ts' },
  { file: 'activities/activities.ts', from: 'workflows/signature.ts', calls: ['activities.approve(', ' approve: '] },
  { file: 'activities/review.ts' },
  { file: 'uanataca/one-shot/one-shot.ts', calls: ['optimizer.approve(', 'async approve('] },
  { file: 'uanataca/exchange.ts' },
  { file: 'uanataca/http/http.ts' },
];

describe('the way of approve', () => {
  const places = APPROVE.map(({ file }) => file);

  it.each(APPROVE.slice(1).map((hop, at) => ({ ...hop, from: hop.from ?? places[at] ?? '' })))(
    'leads from $from to $file',
    ({ file, from, calls }) => {
      const leads = calls
        ? text(from).includes(calls[0]) && text(file).includes(calls[1])
        : importsOf(from).includes(file);
      expect({ from: places.slice(0, places.indexOf(file)).includes(from), leads }).toEqual({
        from: true,
        leads: true,
      });
    },
  );

  it('takes at most 15 files, and at most 9 to the border of the workflow', () => {
    expect(places.length).toBeLessThanOrEqual(15);
    expect(places.findIndex((file) => file.startsWith('workflows/'))).toBeLessThanOrEqual(9);
  });
});

function text(file: string): string {
  return readFileSync(join('src', file), 'utf8');
}

/** Includes what a command imports while it runs. */
function importsOf(file: string): string[] {
  const named = [...text(file).matchAll(/(?:from|import\() ?'(\.[^']+)\.js'/g)].map(([, path]) => path ?? '');
  return named.map((path) => `${relative('src', join('src', dirname(file), path))}.ts`);
}
