import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import { type RunningSandbox, startSandbox } from '../../sandbox/sandbox.js';
import { EXIT } from '../../src/cli/exit-codes.js';
import { layAuthority } from '../keys.js';
import { answerOf, type Ran, videoid } from './run.js';

/** `videoid probe` as people run it, against the real sandbox over HTTP. */

const PROGRAM = join(import.meta.dirname, '..', '..', 'dist', 'src', 'cli.js');

let directory: string;
let sandbox: RunningSandbox;
let environment: Record<string, string>;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoid-probe-cli-'));
  await layAuthority(join(directory, 'sandbox'));
  sandbox = await startSandbox({
    state: join(directory, 'sandbox'),
    settings: { behaviour: { algorithm: 'ecdsa', cancel: 'absent' } },
  });
  await writeSettings('sandbox');
  environment = {
    VIDEOID_CONFIG: join(directory, 'config.json'),
    TRIED_BILLING_USERNAME: 'sandbox-billing',
    TRIED_BILLING_PASSWORD: 'sandbox-billing-password',
    TRIED_USERNAME: '1125824',
    TRIED_PASSWORD: 'rao-password-1400',
    TRIED_PIN: 'rao-pin-1400',
  };
});
afterAll(async () => {
  await sandbox.close();
  await rm(directory, { recursive: true });
});

async function writeSettings(env: 'sandbox' | 'prod', probe?: string[]): Promise<void> {
  const settings = {
    archive: { directory: join(directory, 'archive') },
    floor: {},
    environments: { tried: { optimizer: sandbox.url, env, roots: [sandbox.roots], ...(probe && { probe }) } },
    registrationAuthorities: {
      '139': {
        environment: 'tried',
        profiles: ['PFnubeQAFCiudadano'],
        billing: { username: 'env:TRIED_BILLING_USERNAME', password: 'env:TRIED_BILLING_PASSWORD' },
        officers: {
          ana: { rao: '1400', username: 'env:TRIED_USERNAME', password: 'env:TRIED_PASSWORD', pin: 'env:TRIED_PIN' },
        },
      },
    },
  };
  await writeFile(join(directory, 'config.json'), JSON.stringify(settings), { mode: 0o600 });
}

const probe = (...args: string[]): Promise<Ran> =>
  videoid(['probe', '--folder', join(directory, 'probes'), ...args], { environment, directory });

test('without anybody, against the sandbox: a report, and files that lie side by side', async () => {
  const ran = await probe('--unattended', '--only-signing', '--json');
  expect(ran.code).toBe(EXIT.done);
  const report = answerOf(ran) as { file: string; findings: { verdict: string }[] };
  expect(report.findings.map(({ verdict }) => verdict)).not.toContain('contradicted');
  expect(ran.said).toBe('');
  const files = (await readdir(join(directory, 'probes'))).filter((name) => !name.startsWith('.'));
  expect(files.toSorted()).toEqual([
    expect.stringMatching(/^probe-[\d-]+\.json$/),
    expect.stringMatching(/^probe-[\d-]+\.md$/),
    expect.stringMatching(/^probe-[\d-]+\.private\.json$/),
  ]);
});

test('a person at the terminal is led through it, leaves one request out, stops, and goes on', async () => {
  const stopped = await led({ stopAtCode: true });
  expect(stopped.code).toBe(EXIT.stillRunning);
  const [, file = ''] = /Go on with: videoid probe (\S+)/.exec(stopped.said) ?? [];
  const ended = await led({ file });
  expect(ended.said).toContain('Create the request that will be signed: done before');
  expect(ended.code).toBe(EXIT.done);
  expect(ended.output).toMatch(/^Confirmed \(\d+\):$/m);
  expect(ended.output).toContain('second-create: left out, you left it out');
  const written = await readFile(file, 'utf8');
  expect(written).not.toContain('+34611222333');
  // Our sandbox confirms nothing about a provider, whoever plays the people.
  expect(JSON.parse(written)).toMatchObject({
    notes: expect.arrayContaining([expect.objectContaining({ name: 'simulated' })]) as unknown,
  });
});

test('production needs a flag of its own, and is never played', async () => {
  await writeSettings('prod');
  const refused = await probe('--phone', '+34611222333', '--email', 'a@example.com');
  expect([refused.code, refused.said]).toEqual([EXIT.badInput, expect.stringContaining('--production')]);
  const played = await probe('--production', '--unattended');
  expect([played.code, played.said]).toEqual([EXIT.badInput, expect.stringContaining('--unattended')]);
  await writeSettings('sandbox');
});

test.each([
  [['--registration-authority', '77'], '139'],
  [['--officer', 'nobody', '--unattended'], 'ana'],
  [['--document', join('no', 'such.pdf'), '--unattended'], 'Name a file that you may read'],
  [[join('no', 'such', 'probe.json')], 'videoid probe'],
])('%j is refused with the way out', async (args, way) => {
  const { code, said } = await probe(...args);
  expect(code).not.toBe(EXIT.done);
  expect(said).toContain(way);
});

/** A person who answers the questions of the probe, films the videos and types the code. */
async function led({ file, stopAtCode = false }: { file?: string; stopAtCode?: boolean }): Promise<Ran> {
  const provider = new SandboxClient(sandbox.url);
  const args = ['probe', '--folder', join(directory, 'probes'), ...(file === undefined ? [] : [file])];
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VIDEOID_')));
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: directory, env: { ...own, ...environment } });
  const type = (line: string): void => void child.stdin.write(`${line}\n`);
  let said = '';
  let unread = '';
  let acting = Promise.resolve();
  const answers: readonly (readonly [RegExp, () => Promise<void> | void])[] = [
    [/The phone of the person who signs, such as \+34600111222: $/, () => type('+34611222333')],
    [/The e-mail address of the person who signs: $/, () => type('probe.person@example.com')],
    [/second request[\s\S]*s = leave it out, q = stop\): $/, () => type('s')],
    [/Go on\? \(Enter = yes[^\n]*: $/, () => type('')],
    [
      /The link, for the signer only:\s+\S+\n[\s\S]*nothing happens\.\n/,
      async () => void (await provider.video(await newest(), 'finished')),
    ],
    [
      /The code from the signer’s phone: $/,
      async () => type(stopAtCode ? 'q' : ((await provider.request(await newest())).code ?? '')),
    ],
  ];
  const newest = async (): Promise<number> => (await provider.requests())[0]?.pk ?? 0;
  child.stderr.on('data', (piece: Buffer) => {
    said += piece.toString();
    unread += piece.toString();
    const found = answers.find(([question]) => question.test(unread));
    if (found === undefined) return;
    unread = '';
    acting = acting.then(found[1]);
  });
  const [output, code] = await Promise.all([
    text(child.stdout),
    new Promise<number | null>((resolve) => void child.once('exit', resolve)),
  ]);
  return { code, output, said };
}
