import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { childCommand } from '../children/child.js';
import { RACES, type RaceName } from './races.js';
import type { TestedArchive } from './tested-archive.js';

/** Those who take part in a race. */
export interface Contestants {
  /** All do it at once. The answers of each. */
  run(race: RaceName): Promise<unknown[][]>;
  close(): Promise<void>;
}

/** Each has the archive open in this process, and so has connections of its own. */
export async function manyConnections(tested: TestedArchive, count: number): Promise<Contestants> {
  const archives = await Promise.all(Array.from({ length: count }, () => tested.open()));
  return {
    run: (race) => Promise.all(archives.map((archive, who) => RACES[race](archive, who))),
    close: () => Promise.resolve(), // with the archive
  };
}

/** Each is a process. */
export async function manyProcesses(tested: TestedArchive, count: number): Promise<Contestants> {
  const processes = Array.from({ length: count }, (_, who) => {
    const [program = '', ...words] = childCommand('race.ts', JSON.stringify(tested.place.settings), String(who));
    const child: ChildProcess = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('The child has no output.');
    return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
  });
  const answers = async () => await Promise.all(processes.map(async ({ lines }) => String((await lines.next()).value)));
  await answers(); // they are ready
  return {
    run: async (race) => {
      for (const { child } of processes) child.stdin?.write(`${race}\n`);
      return (await answers()).map((line) => JSON.parse(line) as unknown[]);
    },
    close: async () => {
      for (const { child } of processes) {
        child.stdin?.end();
        if (child.exitCode === null) await once(child, 'close');
      }
    },
  };
}
