import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROJECT } from '../../local/project.js';
import { type DocumentStep, stepsOf } from './document-steps.js';
import { Installation, type InstallationOptions } from './installation.js';
import { OwnServer } from './own-server.js';
import { eventually } from './patience.js';
import { aStart, People } from './people.js';

const DOCUMENT = join(PROJECT, 'docs', 'operations.md');

export interface DrillOptions extends InstallationOptions {
  /** Environment variables of the commands. */
  variables?: Record<string, string>;
  /** Folders with programs that the commands call. */
  programs?: string[];
}

/** An installation in a folder, with its own Temporal server, where the steps of `docs/operations.md` are followed as they stand there. */
export class Drill {
  private constructor(
    readonly at: Installation,
    private readonly server: OwnServer,
    private readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async start({ variables, programs = [], ...options }: DrillOptions = {}): Promise<Drill> {
    const folder = mkdtempSync(join(tmpdir(), 'videoid-restore-'));
    const state = join(folder, 'state');
    mkdirSync(state);
    const server = await OwnServer.start(state);
    const at = await Installation.start({
      ...options,
      temporalAddress: server.address,
      directory: state,
      gateway: false,
    });
    symlinkSync(state, join(folder, '.videoid'));
    symlinkSync(join(PROJECT, 'samples'), join(folder, 'samples'));
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    program(bin, 'videoid', `exec '${process.execPath}' '${join(PROJECT, 'dist', 'src', 'cli.js')}' "$@"`);
    program(bin, 'temporal', `exec '${process.env['TEMPORAL_CLI_PATH'] ?? 'temporal'}' "$@"`);
    const PATH = [bin, ...programs, process.env['PATH'] ?? ''].join(':');
    return new Drill(at, server, folder, { ...process.env, ...variables, PATH });
  }

  async close(): Promise<void> {
    await this.at.close();
    await this.server.close();
    rmSync(this.folder, { recursive: true });
  }

  /** Runs the steps of a section as they stand in the document. */
  async follow(heading: string, which: (step: DocumentStep, index: number) => boolean = () => true): Promise<void> {
    for (const step of stepsOf(DOCUMENT, heading).filter(which)) {
      if (step.act !== undefined) await this.act(step.act);
      else if (step.commands !== undefined) await this.carryOut(step);
    }
  }

  /** Starts a request with the command that the document repeats, or with any data. */
  async begin(reference: string): Promise<People> {
    const typed = stepsOf(DOCUMENT, 'An older archive')
      .flatMap(({ commands = '' }) => commands.split('\n'))
      .find((line) => line.includes(`videoid sign`) && line.includes(` ${reference} `));
    if (typed === undefined) await this.at.client.start(aStart({ reference }));
    else await this.shell(typed);
    const people = new People(this.at, reference);
    await people.until('video');
    return people;
  }

  /** What a person does in a step that has no command. */
  private async act(named: string): Promise<void> {
    const { at, server } = this;
    const acts: Record<string, () => Promise<unknown>> = {
      'Stop the workers and the gateways': () => Promise.all(at.workers.map((name) => at.stop(name))),
      'Start the workers and the gateways': () => at.startWorkers(),
      'Stop Temporal': () => server.stop(),
      'Start Temporal': () => server.again(),
      'Start a new Temporal': async () => {
        await server.stop();
        for (const end of ['', '-wal', '-shm']) rmSync(`${server.databaseFile}${end}`, { force: true });
        await server.again();
      },
    };
    const act = acts[named];
    if (act === undefined) throw new Error(`The test cannot do this step: ${named}`);
    await act();
  }

  private async carryOut({ words, commands = '', prints, later }: DocumentStep): Promise<void> {
    const { address } = this.server;
    const typed = commands.replaceAll('ADDRESS', address).replaceAll('NAMESPACE', this.at.config.temporal.namespace);
    let printed = '';
    const missing = async (): Promise<string[]> => {
      printed = await this.shell(typed);
      return prints.filter((line) => !line.test(printed)).map(String);
    };
    if (later) {
      await eventually(
        async () => (await missing()).length === 0,
        () => printed,
      );
      return;
    }
    const lacking = await missing();
    if (lacking.length > 0) throw new Error(`"${words}" did not print ${lacking.join(' and ')}, but:\n${printed}`);
  }

  /** Both outputs of the commands, as a person sees them. */
  private async shell(commands: string): Promise<string> {
    const child = spawn('sh', ['-c', commands], { cwd: this.folder, env: this.environment });
    const [output, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return `${output}\n${said}`;
  }
}

function program(folder: string, name: string, script: string): void {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** Carries a request through to its end, signed and clean. */
export async function signed(people: People): Promise<void> {
  await people.throughTo('signed');
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
}

/** Everything that was asked of the provider about a request. */
export async function callsOf(people: People): Promise<unknown> {
  return (await people.provider()).calls;
}
