import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { join } from 'node:path';
import { DIST } from '../../local/project.js';
import { Installation } from '../installation/installation.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.start({ gateway: false });
});
afterAll(() => at.close());

test.each([
  ['port', {}, 'PORT_TAKEN'],
  [
    'port for metrics',
    { VIDEOID_WORKER_HEALTH_PORT: '0', VIDEOID_WORKER_METRICS_PORT: () => String(at.config.worker.healthPort) },
    'PORT_TAKEN',
  ],
  [
    'address for metrics',
    { VIDEOID_WORKER_HOST: 'localhost', VIDEOID_WORKER_HEALTH_PORT: '0', VIDEOID_WORKER_METRICS_PORT: '0' },
    'BAD_SETTING',
  ],
])(
  'a worker whose %s cannot be used says so and ends: it does not stay there, serving nothing',
  async (_, more, code) => {
    const settings = Object.entries(more).map(([name, value]) => [name, typeof value === 'string' ? value : value()]);
    const second = spawn(process.execPath, [join(DIST, 'src', 'worker.js')], {
      env: { ...process.env, VIDEOID_CONFIG: at.state.configFile, ...Object.fromEntries(settings) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [said, [exit]] = await Promise.all([text(second.stderr), once(second, 'exit')]);
    expect(said).toContain(code);
    expect(exit).toBe(1);
  },
);
