import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { join } from 'node:path';
import { DIST } from '../../local/project.js';
import { Installation } from '../installation/installation.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

const PROGRAMS = { 'worker.js': [], 'cli.js': ['worker'] } as const;

/** Runs another worker until it ends. After this time in milliseconds it is killed. No start takes so long. */
async function run(program: keyof typeof PROGRAMS, settings: Record<string, string>) {
  const child = spawn(process.execPath, [join(DIST, 'src', program), ...PROGRAMS[program]], {
    env: { ...process.env, VIDEOID_CONFIG: at.state.configFile, VIDEOID_WORKER_HEALTH_PORT: '0', ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  const [said, [exit]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { said, exit: exit as number | null };
}

test.each<[string, string, () => Record<string, string>]>([
  ['port', 'PORT_TAKEN', () => ({ VIDEOID_WORKER_HEALTH_PORT: String(at.config.worker.healthPort) })],
  ['port for metrics', 'PORT_TAKEN', () => ({ VIDEOID_WORKER_METRICS_PORT: String(at.config.worker.healthPort) })],
  [
    'address for metrics',
    'BAD_SETTING',
    () => ({ VIDEOID_WORKER_HOST: 'localhost', VIDEOID_WORKER_METRICS_PORT: '0' }),
  ],
  ['address of Temporal', 'BAD_SETTING', () => ({ VIDEOID_TEMPORAL_ADDRESS: 'http://127.0.0.1:7233' })],
  ['namespace', 'BAD_SETTING', () => ({ VIDEOID_TEMPORAL_NAMESPACE: 'nowhere' })],
  ['key of Temporal', 'SECRET_NOT_FOUND', () => ({ VIDEOID_TEMPORAL_API_KEY: 'env:TEST_NO_SUCH_KEY' })],
  ['orders keys', 'BAD_SETTING', () => ({ VIDEOID_KEYS_ORDERS: '[]' })],
  ['workflow bundle', 'BAD_SETTING', () => ({ VIDEOID_WORKER_WORKFLOW_BUNDLE: '/nowhere.js' })],
])(
  'a worker whose %s cannot be used says so and ends: it does not stay there, serving nothing',
  async (_, code, settings) => {
    const { said, exit } = await run('worker.js', settings());
    expect(said).toContain(code);
    expect(exit).toBe(1);
  },
);

test('so does one that is started by command; an unknown namespace is reported as a wrong setting', async () => {
  const { said, exit } = await run('cli.js', { VIDEOID_TEMPORAL_NAMESPACE: 'nowhere' });
  expect(said).toContain('Temporal has no namespace nowhere.');
  expect(said).toContain('(BAD_SETTING, temporal.namespace)');
  expect(exit).toBe(1);
});

test('a worker whose port is taken names the program that has it', async () => {
  const { said } = await run('worker.js', { VIDEOID_WORKER_HEALTH_PORT: String(at.config.worker.healthPort) });
  expect(said).toContain(`It is process ${at.pid('worker')} (${join(DIST, 'src', 'worker.js')})`);
});
