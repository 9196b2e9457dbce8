import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootFiles } from '../../src/signatures/root-files.js';
import { makeIdentity } from './authority.js';

const folder = mkdtempSync(join(tmpdir(), 'videoid-roots-'));
const path = join(folder, 'roots.pem');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a roots file that is not there, or no PEM, is a wrong setting by its name; when it is back it is read', async () => {
  const roots = rootFiles({ production: { roots: [path] } });
  const refused = {
    code: 'BAD_SETTING',
    field: 'environments.production.roots',
    message: expect.stringContaining(path),
    remedy: expect.stringContaining('environments.production.roots'),
  };
  await expect(roots('production')).rejects.toMatchObject(refused);
  writeFileSync(path, 'garbage');
  await expect(roots('production')).rejects.toMatchObject(refused);
  const { certificate } = await makeIdentity({ name: 'Root', issues: {} });
  writeFileSync(path, certificate.toString());
  const read = await roots('production');
  expect(read).toHaveLength(1);
  rmSync(path);
  await expect(roots('production')).resolves.toEqual(read);
});

test('an environment without roots has none', async () => {
  await expect(rootFiles({ production: { roots: [] } })('production')).resolves.toEqual([]);
});
