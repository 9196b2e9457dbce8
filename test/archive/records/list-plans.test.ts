import { join } from 'node:path';
import { CompiledQuery, Kysely } from 'kysely';
import { openArchive } from '../../../src/archive/open-archive.js';
import type { RequestFilter } from '../../../src/archive/request-list.js';
import type { Database } from '../../../src/archive/records/database/database.js';
import { lists } from '../../../src/archive/records/list.js';
import type { Tables } from '../../../src/archive/records/schema.js';
import { ArchiveSqliteDialect } from '../../../src/archive/records/database/sqlite.js';
import { TransactionScope } from '../../../src/archive/records/database/transaction-scope.js';
import { PersonDigests } from '../../../src/security/person-digests.js';
import { newDirectory, removeDirectories } from '../sample-start.js';

const asked: CompiledQuery[] = [];
let db: Kysely<Tables>;
beforeAll(async () => {
  const directory = await newDirectory();
  await (await openArchive({ directory, reserve: 0 }, { create: true })).close();
  const options = { file: join(directory, 'records.sqlite'), now: Date.now };
  db = new Kysely<Tables>({
    dialect: new ArchiveSqliteDialect(options, new TransactionScope()),
    log: ({ query }) => {
      asked.push(query);
    },
  });
});
afterAll(async () => {
  await db.destroy();
  await removeDirectories();
});

/** How SQLite reads a page. */
async function planOf(filter: RequestFilter): Promise<string> {
  const run: Database<Tables>['run'] = async (work) => await work(db);
  const people = new PersonDigests('archive', undefined);
  const { list } = lists({ database: { run } as Database<Tables>, now: Date.now, people });
  await list(filter, { after: { createdAt: 1, workflowId: 'signature-a' }, limit: 101 });
  const { sql, parameters } = asked.at(-1) ?? CompiledQuery.raw('select 1');
  const { rows } = await db.executeQuery<{ detail: string }>(
    CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
  );
  return rows.map(({ detail }) => detail).join('\n');
}

// A page must not cost more with every request that was ever made.
test.each<[string, RequestFilter, RegExp]>([
  ['all', {}, /requests_created /],
  ['a flow', { flow: 'signature' }, /requests_flow /],
  ['those that run', { ended: false }, /requests_(running|outcome) /],
  ['those that ended', { ended: true }, /requests_created /],
  ['an outcome', { outcome: 'refused' }, /requests_outcome /],
  ['a registration authority', { registrationAuthorities: ['12'] }, /requests_registration_authority /],
  ['a time', { createdFrom: 1, createdTo: 2 }, /requests_created /],
  ['metadata', { metadata: { customer: '17' } }, /COVERING INDEX metadata_value /],
  ['several values', { metadata: { customer: '17', branch: 'north' } }, /COVERING INDEX metadata_value /],
  ['a person', { email: 'signer@example.com' }, /requests_email_digest /],
  ['a stage', { stage: 'review' }, /requests_stage /],
  ['attention', { attention: true }, /requests_attention /],
  ['attention of a kind', { code: 'TLS_FAILED' }, /requests_attention_code /],
  ['a phone', { phone: '+34600000000' }, /requests_phone_digest /],
])('a page of %s is read from an index in its order', async (_what, filter, index) => {
  const plan = await planOf(filter);
  expect(plan).toMatch(index);
  expect(plan).not.toContain('TEMP B-TREE');
});

test.each<[string, RequestFilter, RegExp]>([
  ['a prefix', { prefix: 'order-' }, /SEARCH requests USING INDEX requests_reference/],
  ['a number of the provider', { providerId: '77' }, /SEARCH given USING INDEX provider_request_pk/],
  ['ids', { workflowIds: ['signature-a', 'signature-b'] }, /SEARCH requests USING INDEX sqlite_autoindex_requests_1/],
])('only the matches of %s are sorted', async (_what, filter, index) => {
  const plan = await planOf(filter);
  expect(plan).toMatch(index);
  expect(plan).not.toContain('SCAN requests');
});
