import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PROJECT } from '../../local/project.js';
import { type DocumentStep, stepsOf } from '../installation/document-steps.js';
import { Installation } from '../installation/installation.js';
import { OwnServer } from '../installation/own-server.js';
import { eventually } from '../installation/patience.js';
import { aStart, People } from '../installation/people.js';

const DOCUMENT = join(PROJECT, 'docs', 'operations.md');

let folder: string;
let server: OwnServer;
let at: Installation;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'videoid-restore-'));
  const state = join(folder, 'state');
  mkdirSync(state);
  server = await OwnServer.start(state);
  at = await Installation.start({ temporalAddress: server.address, directory: state, gateway: false });
  symlinkSync(state, join(folder, '.videoid'));
  symlinkSync(join(PROJECT, 'samples'), join(folder, 'samples'));
  const programs = join(folder, 'bin');
  mkdirSync(programs);
  program('videoid', `exec '${process.execPath}' '${join(PROJECT, 'dist', 'src', 'cli.js')}' "$@"`);
  program('temporal', `exec '${process.env['TEMPORAL_CLI_PATH'] ?? 'temporal'}' "$@"`);
}, 120_000);
afterAll(async () => {
  await at.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

function program(name: string, script: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** What a person does in a step that has no command. */
const ACTS: Record<string, () => Promise<void>> = {
  'Stop the workers and the gateways': () => at.stop('worker'),
  'Start the workers and the gateways': () => at.startWorker(),
  'Stop Temporal': () => server.stop(),
  'Start Temporal': () => server.again(),
  'Start a new Temporal': async () => {
    await server.stop();
    for (const end of ['', '-wal', '-shm']) rmSync(`${server.databaseFile}${end}`, { force: true });
    await server.again();
  },
};

/** Runs the steps of a section as they stand in the document. */
async function follow(
  heading: string,
  which: (step: DocumentStep, index: number) => boolean = () => true,
): Promise<void> {
  for (const step of stepsOf(DOCUMENT, heading).filter(which)) {
    if (step.act !== undefined) {
      const act = ACTS[step.act];
      if (act === undefined) throw new Error(`The test cannot do this step: ${step.words}`);
      await act();
    } else if (step.commands !== undefined) await carryOut(step);
  }
}

/** The first copies the archive. */
function isFirst(_: DocumentStep, index: number): boolean {
  return index === 0;
}

async function carryOut({ words, commands = '', prints, later }: DocumentStep): Promise<void> {
  const typed = commands.replaceAll('ADDRESS', server.address).replaceAll('NAMESPACE', at.config.temporal.namespace);
  let printed = '';
  const missing = async (): Promise<string[]> => {
    printed = await shell(typed);
    return prints.filter((line) => !line.test(printed)).map(String);
  };
  if (later)
    await eventually(
      async () => (await missing()).length === 0,
      () => printed,
    );
  expect({ words, missing: await missing(), printed }).toMatchObject({ missing: [] });
}

/** Both outputs of the commands, as a person sees them. */
async function shell(commands: string): Promise<string> {
  const child = spawn('sh', ['-c', commands], {
    cwd: folder,
    env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}` },
  });
  const [output, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return `${output}\n${said}`;
}

/** Starts a request with the command that the document repeats, or with any data. */
async function start(reference: string): Promise<People> {
  const typed = stepsOf(DOCUMENT, 'An older archive')
    .flatMap(({ commands = '' }) => commands.split('\n'))
    .find((line) => line.includes(`videoid sign`) && line.includes(` ${reference} `));
  if (typed === undefined) await at.client.start(aStart({ reference }));
  else await shell(typed);
  const people = new People(at, reference);
  await people.until('video');
  return people;
}

async function signed(people: People): Promise<void> {
  await people.throughTo('signed');
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
}

/** Everything that was asked of the provider about a request. */
async function callsOf(people: People): Promise<unknown> {
  return (await people.provider()).calls;
}

test('an older archive is restored', async () => {
  const [running, ended] = await Promise.all([start('order-1'), start('order-2')]);
  await follow('The copies', isFirst);
  const [repeated, both, lost] = await Promise.all([start('order-3'), start('order-13'), start('order-12')]);
  await Promise.all([signed(ended), signed(both)]);
  const before = await callsOf(ended);
  const lostCalls = await lost.provider();
  await follow('An older archive');
  await Promise.all([signed(running), signed(repeated)]);
  for (const people of [running, repeated]) {
    expect((await people.provider()).done).toMatchObject({ create: 1, sign: 1 });
  }
  expect(await at.provider.request(await ended.requestPk())).toMatchObject({ calls: before });
  expect(await both.outcome()).toMatchObject({ outcome: 'signed' });
  expect(lostCalls).toMatchObject({ done: { create: 1 } });
}, 300_000);

test('an older Temporal is restored', async () => {
  const [running, ended] = await Promise.all([start('order-4'), start('order-5')]);
  await follow('The copies');
  await signed(ended);
  const later = await start('order-6');
  const before = await callsOf(ended);
  await follow('An older Temporal');
  await Promise.all([signed(running), signed(later)]);
  for (const people of [running, later]) {
    expect((await people.provider()).done).toMatchObject({ create: 1, approve: 1, sign: 1 });
  }
  expect(await callsOf(ended)).toEqual(before);
  expect(await ended.outcome()).toMatchObject({ outcome: 'signed' });
}, 300_000);

test('both are restored, from copies of different age', async () => {
  const running = await start('order-7');
  await follow('The copies');
  const between = await start('order-8');
  await follow('The copies', isFirst);
  const after = await start('order-9');
  const pk = await after.requestPk();
  await follow('Both, from copies of different age');
  await Promise.all([signed(running), signed(between)]);
  for (const people of [running, between]) {
    expect((await people.provider()).done).toMatchObject({ create: 1, approve: 1, sign: 1 });
  }
  expect((await at.provider.request(pk)).done).toMatchObject({ create: 1 });
}, 300_000);

test('Temporal is lost', async () => {
  const [running, ended] = await Promise.all([start('order-10'), start('order-11')]);
  await Promise.all([running.throughTo('code'), signed(ended)]);
  const before = await callsOf(ended);
  await follow('Temporal is lost');
  await running.until('acceptance');
  await running.askForAnotherCode();
  await running.sign();
  expect(await running.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  expect((await running.provider()).done).toMatchObject({ create: 1, approve: 1, sign: 1 });
  expect(await callsOf(ended)).toEqual(before);
}, 300_000);
