import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { DIST } from '../../local/project.js';

test.each([
  ['an option that there is not', ['--bogus']],
  ['an option without its value', ['--flow']],
  ['a flow that there is not', ['--flow', 'signing']],
  ['a file that there is not', ['nowhere.pdf']],
])('npm start with %s says so as JSON in the last line where asked to, with exit code 1', async (_, args) => {
  const child = spawn(process.execPath, [join(DIST, 'local', 'start.js'), '--exit', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, said, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  expect(JSON.parse(output)).toMatchObject({ error: { code: 'BAD_INPUT', message: expect.any(String) as string } });
  expect(said).toContain('npm start -- --help');
  expect(exit).toBe(1);
});
