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

test('a worker whose port is taken says so and ends: it does not stay there, serving nothing', async () => {
  const env = { ...process.env, VIDEOID_CONFIG: at.state.configFile };
  const second = spawn(process.execPath, [join(DIST, 'src', 'worker.js')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(second.stderr), once(second, 'exit')]);
  expect(said).toContain('PORT_TAKEN');
  expect(code).toBe(1);
});
