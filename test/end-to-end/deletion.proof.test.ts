import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { apiTokenFile } from '../../local/local-config.js';
import { recordsOf } from '../archive/records-of.js';
import { answerOf, videoid } from '../cli/run.js';
import { canary, findCanaries, writePdf } from '../installation/canaries.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { aSigner, aStart, People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';

let at: Installation;
let temporal: Temporal;
beforeAll(async () => {
  at = await Installation.shared();
  temporal = await Temporal.connect(at);
});
afterAll(async () => {
  await temporal.close();
  await at.close();
});

const actor = { kind: 'operator', id: 'op-1' } as const;
const order = { actor, reason: 'the signer asked for it' };
const deleted = { code: 'REQUEST_DELETED' };

const run = (...args: string[]) => videoid(args, { environment: { VIDEOID_CONFIG: at.state.configFile } });

const creates = async (): Promise<number> => (await at.provider.callCounts())['create']?.received ?? 0;

/** Every file of the archive, after the database was rewritten as `docs/operations.md` says. */
function archived(): Map<string, Buffer> {
  const { directory } = at.config.archive;
  const database = new DatabaseSync(join(directory, 'records.sqlite'), { timeout: 5000 });
  database.exec('vacuum');
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(files.map((file) => [file, readFileSync(file)]));
}

test('of a signed request that is deleted nothing is left, and its reference is not used again', async () => {
  const words = {
    'e-mail': `${canary('m')}@example.com`,
    'document name': `${canary('n')}.pdf`,
    content: canary('c'),
    reason: canary('w'),
  };
  const pdf = join(at.state.directory, words['document name']);
  await writePdf(pdf, words.content);
  const start = aStart({
    signer: { ...aSigner(), email: words['e-mail'] },
    documents: [{ name: words['document name'], content: pdf }],
  });
  const { reference } = start;
  await at.client.start(start);
  const people = new People(at, reference);
  await people.throughTo('signed');
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  const requestPk = await people.requestPk();
  await temporal.workflow(people.workflowId).result();
  const { reason: _inTheTombstone, ...gone } = words;
  expect(new Set(findCanaries(gone, archived()).map((where) => where.split(' in ')[0]))).toEqual(
    new Set(Object.keys(gone)),
  );

  const first = await at.client.delete(reference, { actor, reason: words.reason }, { updateId: 'once' });
  expect(first).toEqual({
    flow: 'signature',
    reference,
    attempts: [
      {
        attempt: 1,
        deletedAt: expect.any(String),
        actor,
        reason: words.reason,
        files: 0,
        left: {
          requestPks: [requestPk],
          documents: [],
          temporal: { namespace: at.config.temporal.namespace, until: expect.any(String) },
        },
      },
    ],
  });
  expect(findCanaries(gone, archived())).toEqual([]);
  const { rows } = recordsOf(at.config.archive.directory).everything();
  const its = Object.entries(rows).flatMap(([table, all]) =>
    all.filter(({ request }) => request === people.workflowId).map(({ what }) => [table, what ?? '']),
  );
  expect(its).toEqual(expect.arrayContaining([['personal', 'deletion']]));
  expect(its).toHaveLength(2); // and the tombstone

  const before = await creates();
  await expect(at.client.start(start)).rejects.toMatchObject(deleted);
  await expect(at.client.start({ ...start, signer: aSigner() })).rejects.toMatchObject(deleted);
  await expect(at.client.start({ reference, newAttempt: true }, { updateId: randomUUID() })).rejects.toMatchObject(
    deleted,
  );
  await expect(at.client.reopen(reference, order)).rejects.toMatchObject(deleted);
  await expect(at.client.resume(reference)).rejects.toMatchObject(deleted);
  await expect(at.client.status(reference)).rejects.toMatchObject(deleted);
  await expect(at.client.outcome(reference)).rejects.toMatchObject(deleted);
  await expect(at.client.documents(reference)).rejects.toMatchObject(deleted);
  await expect(at.client.document(reference, 1, { signed: true })).rejects.toMatchObject(deleted);
  await expect(at.client.cancel(reference, order)).rejects.toMatchObject(deleted);
  const { requests } = await at.client.recorded();
  expect(requests.filter((each) => each.reference === reference)).toEqual([]);
  expect((await at.client.resumeAll()).results.filter((each) => each.reference === reference)).toEqual([]);
  expect(await creates()).toBe(before);

  const listed = await at.client.deletions({ limit: 1 });
  expect(listed.deletions).toMatchObject([{ flow: 'signature', reference, attempt: 1, by: 'operator' }]);
  expect(JSON.stringify(listed)).not.toContain(words.reason);
  const why = await at.client.why(reference);
  expect(why).toMatchObject({ state: 'deleted', code: 'REQUEST_DELETED', attempt: 1 });
  expect(why.words).toContain(words.reason);
  expect(why.words).toContain(requestPk);
  expect(await at.client.delete(reference, { actor, reason: 'again' })).toEqual(first);
  expect(await at.client.delete(reference, { actor, reason: words.reason }, { updateId: 'once' })).toEqual(first);
});

test('a callback for a deleted request is foreign', async () => {
  const people = await People.start(at);
  const requestPk = await people.requestPk();
  await at.client.cancel(people.reference, order);
  await people.outcome();
  await eventually(async () => (await temporal.statusOf(people.workflowId)) !== 'RUNNING');
  await at.client.delete(people.reference, order);
  expect(await at.provider.forge({ request: Number(requestPk), status: 'VIDEOREVIEW' })).toBe(200);
});

test('a request that runs is not deleted', async () => {
  const people = await People.start(at);
  await people.until('video');
  const refused = { code: 'REQUEST_NOT_ENDED', facts: { attempt: 1 } };
  await expect(at.client.delete(people.reference, order)).rejects.toMatchObject(refused);
  expect((await people.status()).stage).toBe('video');
});

test('a request that somebody terminated is continued and cancelled before it is deleted', async () => {
  const people = await People.start(at);
  await people.until('video');
  await temporal.workflow(people.workflowId).terminate('by somebody');
  await expect(at.client.delete(people.reference, order)).rejects.toMatchObject({ code: 'REQUEST_NOT_ENDED' });
  await at.client.resume(people.reference);
  await people.until('video');
  await at.client.cancel(people.reference, order);
  await temporal.workflow(people.workflowId).result();
  expect(await at.client.delete(people.reference, order)).toMatchObject({ attempts: [{ files: 0 }] });
});

test('what is still being deleted at the provider is waited for, or given up', async () => {
  const policy = { steps: { clean: { budget: 1000, backoff: 1500, slowest: 300 } } };
  const people = await People.start(at, { policy });
  await people.throughTo('code');
  await people.fault({ name: 'answer-503', endpoint: ['delete-document', 'delete-documents'] });
  await people.sign();
  expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'pending' });
  await temporal.workflow(people.workflowId).result();

  const { reference } = people;
  await expect(at.client.delete(reference, order)).rejects.toMatchObject({ code: 'NOT_NOW', facts: { attempt: 1 } });
  expect(await at.client.outcome(reference)).toMatchObject({ cleanup: 'pending' });
  const given = await at.client.delete(reference, { ...order, giveUpCleanup: true });
  expect(given.attempts).toMatchObject([{ left: { documents: [1] } }]);
  await eventually(async () => (await temporal.statusOf(`cleanup-${reference}`)) === 'CANCELLED');
  expect((await at.client.why(reference)).words).toContain('document(s) 1');
});

test('all attempts go, or the one that is named; and a reference with a deleted attempt takes no other', async () => {
  const policy = { deadlines: { video: 1000 } };
  const start = aStart({ policy });
  const { reference } = start;
  await at.client.start(start);
  const people = new People(at, reference);
  expect(await people.outcome()).toMatchObject({ outcome: 'expired' });
  const updateId = randomUUID();
  await at.client.start({ reference, newAttempt: true, policy }, { updateId });
  expect(await at.client.outcome(reference, { attempt: 2, wait: true })).toMatchObject({ outcome: 'expired' });
  await temporal.workflow(`signature-${reference}~2`).result();
  const watch = `late-video-${reference}`;

  const one = await at.client.delete(reference, order, { attempt: 1 });
  expect(one.attempts).toMatchObject([{ attempt: 1 }]);
  await eventually(async () => (await temporal.statusOf(watch).catch(() => 'none')) !== 'RUNNING');
  await expect(at.client.status(reference, { attempt: 1 })).rejects.toMatchObject(deleted);
  expect(await at.client.status(reference)).toMatchObject({ attempt: 2, stage: 'ended' });
  expect((await at.client.why(reference)).remedies).toEqual([]);
  const before = await creates();
  // Late repetitions, and new ones.
  expect(await at.client.start(start)).toMatchObject({ attempt: 2, state: 'ended' });
  await expect(at.client.start({ ...start, signer: aSigner() })).rejects.toMatchObject(deleted);
  await expect(at.client.start({ reference, newAttempt: true, policy }, { updateId })).rejects.toMatchObject(deleted);
  await expect(at.client.start({ reference, newAttempt: true })).rejects.toMatchObject({
    ...deleted,
    message: 'Attempt 1 of the request was deleted from the archive.',
    remedy: expect.stringMatching(
      new RegExp(`the reference takes no other attempt.*\`videoid why ${reference} --attempt 1\``),
    ) as string,
    facts: { attempt: 1 },
  });
  expect(await creates()).toBe(before);

  const rest = await at.client.delete(reference, { actor, reason: 'the rest' });
  expect(rest.attempts).toMatchObject([
    { attempt: 2, reason: 'the rest' },
    { attempt: 1, reason: order.reason },
  ]);
});

test('the command asks, or takes --yes; the API takes DELETE', async () => {
  const people = await People.start(at);
  await people.until('video');
  await at.client.cancel(people.reference, order);
  await temporal.workflow(people.workflowId).result();

  const unasked = await run('delete', people.reference, '--reason', 'x', '--json');
  expect([unasked.code, answerOf(unasked)]).toMatchObject([2, { error: { code: 'BAD_INPUT', field: '--yes' } }]);
  const { host, port } = at.config.gateway;
  const call = async (path: string, body: object) =>
    await fetch(`http://${host}:${port}/v1/${path}/${people.reference}`, {
      method: 'DELETE',
      headers: {
        authorization: `Bearer ${readFileSync(apiTokenFile(at.state), 'utf8').trim()}`,
        'idempotency-key': 'delete-1',
      },
      body: JSON.stringify(body),
    });
  expect((await call('requests', {})).status).toBe(400);
  expect((await call('enrolments', { reason: 'x' })).status).toBe(404);
  const answer = await call('requests', { reason: 'by API' });
  const first = (await answer.json()) as object;
  expect([answer.status, first]).toMatchObject([
    200,
    { attempts: [{ actor: { kind: 'requester' }, reason: 'by API' }] },
  ]);
  expect(await (await call('requests', { reason: 'by API' })).json()).toEqual(first);

  const again = await run('delete', people.reference, '--reason', 'x', '--yes');
  expect([again.code, again.said]).toEqual([0, '']);
  expect(again.output).toContain('by API');
  expect(again.output).toContain('At the registration authority: request');
  const shown = await run('show', people.reference, '--json');
  expect([shown.code, answerOf(shown)]).toMatchObject([3, { error: deleted }]);
  expect((await run('why', people.reference)).output).toContain('by API');

  const listed = await run('list', '--deleted', '--limit', '1');
  expect(listed.output).toMatch(new RegExp(`^REFERENCE .*\\n${people.reference} +1 +signature .* requester\\n$`));
  expect(listed.said).toMatch(/--after \S+/);
  const filtered = await run('list', '--deleted', '--prefix', 'x', '--json');
  expect([filtered.code, answerOf(filtered)]).toMatchObject([2, { error: { field: '--deleted' } }]);
  const headers = { authorization: `Bearer ${readFileSync(apiTokenFile(at.state), 'utf8').trim()}` };
  const page = await fetch(`http://${host}:${port}/v1/deletions?flow=signature&limit=1`, { headers });
  expect(await page.json()).toMatchObject({
    deletions: [{ reference: people.reference, by: 'requester' }],
    next: expect.any(String) as string,
  });
});
