import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { PROJECT } from '../../local/project.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { openBridge } from '../../src/archive/open-bridge.js';
import type { RequestPk } from '../../src/messages/request.js';
import { freshDatabase } from '../installation/shared-servers.js';
import { newDirectory, removeDirectories } from './sample-start.js';

afterAll(removeDirectories);

const NAME = 'videoid_bridge';

/** The statements in docs/operations.md. Roles are of the whole server, and tests share it. */
function documented(role: string): string {
  const text = readFileSync(join(PROJECT, 'docs', 'operations.md'), 'utf8');
  const found = /```sql\n(create role videoid_bridge[^`]+)```/.exec(text)?.[1];
  if (found === undefined) throw new Error('docs/operations.md does not say how to make the role.');
  return found.replaceAll(NAME, role).replace('PASSWORD', 'secret');
}

it('the role of the webhook bridge that the documents describe can do what the bridge does, and nothing else', async () => {
  const url = await freshDatabase();
  const role = `bridge_${Math.random().toString(36).slice(2)}`;
  process.env['BRIDGE_TEST_OWNER'] = url;
  const settings = { directory: await newDirectory(), database: 'env:BRIDGE_TEST_OWNER', reserve: 0 };
  const archive = await openArchive(settings, { create: true });
  const entry = { workflowId: 'signature-a', flow: 'signature', reference: 'a', attempt: 1 } as const;
  await archive.writeIndex('sandbox', '4711' as RequestPk, entry);

  const owner = new Client({ connectionString: url });
  await owner.connect();
  await owner.query(documented(role));
  await owner.end();
  const own = new URL(url);
  own.username = role;
  own.password = 'secret';
  process.env['BRIDGE_TEST_ROLE'] = own.href;

  const bridge = await openBridge({ directory: '', index: 'env:BRIDGE_TEST_ROLE', reserve: 0 });
  expect(await bridge.readIndex('sandbox', '4711')).toEqual(entry);
  const count = { token: 'unknown', count: 1, since: '2026-01-01T00:00:00.000Z' } as const;
  await bridge.writeCounts('one', [count]);
  await bridge.writeCounts('one', [count]);
  expect(await archive.notices.callbacks()).toEqual([count]);
  await expect(bridge.writeIndex('sandbox', '4712' as RequestPk, entry)).rejects.toMatchObject({
    code: 'ARCHIVE_UNAVAILABLE',
    field: 'archive.index',
  });
  await bridge.close();

  const limited = new Client({ connectionString: own.href });
  await limited.connect();
  for (const table of ['requests', 'personal', 'files', 'sealed'])
    await expect(limited.query(`select * from ${table}`)).rejects.toMatchObject({ code: '42501' });
  await limited.end();
  await archive.close();
});
