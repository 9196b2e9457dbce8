import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { readFileSync } from 'node:fs';
import type { Archive } from '../../src/archive/archive.js';
import type { RequestPk, VideoidPk } from '../../src/messages/request.js';
import type { RequestStatus } from '../../src/messages/status.js';
import { loadSealPrivateKeys } from '../../src/security/keys.js';
import { openSealed } from '../../src/security/sealing.js';
import type { Sealed } from '../../src/messages/steering.js';
import { openPlace, OTHER_SAMPLE, type Place, SAMPLE } from './place.js';
import { openServedPlace } from './served-place.js';
import { connectServer, type Server } from './server.js';
import { ToldRequest } from './told-request.js';

const LINK = 'https://video.example/identify/abc';
const ids = { videoidPk: '11' as VideoidPk, requestPk: '22' as RequestPk };
const operator = { kind: 'operator' } as const;
const acceptance = {
  documents: ['b'.repeat(64)],
  contract: 'a'.repeat(64),
  consentVersion: '1',
  channel: 'test',
  at: '2026-01-01T00:00:00Z',
};

let place: Place;
let archive: Archive;
let server: Server;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ place, archive, server, close } = await openServedPlace());
});
afterAll(() => close());

async function started(name = 'steering'): Promise<string> {
  const reference = `${name}-${randomUUID()}`;
  await place.client.start({
    reference,
    signer: { email: 'signer@example.com', phone: '+34600000000' },
    documents: [
      { name: 'agreement.pdf', content: SAMPLE },
      { name: 'annex.pdf', content: OTHER_SAMPLE },
    ],
  });
  return reference;
}

const keyOf = (reference: string) => ({ flow: 'signature', reference, attempt: 1 }) as const;

describe('a request nobody started', () => {
  test.each([
    ['status', () => place.client.status('nobody')],
    ['link', () => place.client.link('nobody')],
    ['documents', () => place.client.documents('nobody')],
    ['contract', () => place.client.contract('nobody')],
    ['cancel', () => place.client.cancel('nobody', { actor: operator, reason: 'x' })],
    ['outcome', () => place.client.outcome('nobody', { wait: true })],
  ])('is not found by %s', async (_verb, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'REQUEST_NOT_FOUND', field: 'reference' });
  });

  test('has an attempt that is not found either', async () => {
    await expect(place.client.status(await started(), { attempt: 2 })).rejects.toMatchObject({
      code: 'REQUEST_NOT_FOUND',
    });
  });
});

describe('the link', () => {
  test('comes as soon as the archive has it, and each showing is recorded', async () => {
    const reference = await started();
    const link = place.client.link(reference, { channel: 'web' });
    await archive.writeProvider(keyOf(reference), { ...ids, videoidLink: LINK });
    await expect(link).resolves.toEqual({ url: LINK });
    await place.client.link(reference);
    const shown = await archive.events(keyOf(reference));
    expect(shown).toMatchObject([{ what: 'link-shown', channel: 'web' }, { what: 'link-shown' }]);
    expect(JSON.stringify(shown)).not.toContain(LINK);
  });

  test('that is not there in time is no error of the request, and says where it stands', async () => {
    await expect(place.client.link(await started(), { within: 200 })).rejects.toMatchObject({
      code: 'LINK_NOT_READY',
      facts: { stage: 'creating' },
    });
  });

  test('is not handed out after the end', async () => {
    const reference = await started();
    await archive.writeProvider(keyOf(reference), { ...ids, videoidLink: LINK });
    await recordCancelled(reference);
    await expect(place.client.link(reference)).rejects.toMatchObject({ code: 'REQUEST_ENDED' });
  });
});

describe('documents', () => {
  test('are listed in order, with what the signer accepts', async () => {
    const reference = await started();
    await expect(place.client.documents(reference)).resolves.toMatchObject([
      { index: 1, name: 'agreement.pdf', size: readFileSync(SAMPLE).length, signed: false },
      { index: 2, name: 'annex.pdf', size: readFileSync(OTHER_SAMPLE).length, signed: false },
    ]);
  });

  test('are handed out as they were given; whole ones are recorded as shown, with the hash of what was shown', async () => {
    const reference = await started();
    const { stream, name, size } = await place.client.document(reference, 2, { channel: 'web' });
    expect(name).toBe('annex.pdf');
    expect(await archive.events(keyOf(reference))).toEqual([]);
    const shown = await buffer(stream);
    expect(shown).toEqual(readFileSync(OTHER_SAMPLE));
    expect(size).toBe(shown.length);
    const [, annex] = await place.client.documents(reference);
    await expect(archive.events(keyOf(reference))).resolves.toMatchObject([
      { what: 'document-shown', channel: 'web', facts: { index: 2, signed: false, sha256: annex?.sha256 } },
    ]);
  });

  test('that are not signed yet, or do not exist, are not found', async () => {
    const reference = await started();
    const notFound = { code: 'DOCUMENT_NOT_FOUND' };
    await expect(place.client.document(reference, 1, { signed: true })).rejects.toMatchObject(notFound);
    await expect(place.client.document(reference, 3)).rejects.toMatchObject(notFound);
    await expect(place.client.contract(reference)).rejects.toMatchObject(notFound);
  });
});

describe('an order to a request', () => {
  test('is answered', async () => {
    const decision = { decision: 'approve', officer: 'officer-1', evidenceSeen: 'console' } as const;
    await expect(place.client.review(await started(), decision)).resolves.toEqual({ status: 'officer-1: undefined' });
  });

  test('carries a typed PIN sealed, so that only the seal key opens it', async () => {
    const { status } = await place.client.review(await started(), {
      decision: 'approve',
      officer: 'officer-1',
      evidenceSeen: 'console',
      credentials: { pin: '4711-canary' },
    });
    expect(status).not.toContain('4711');
    const { pin } = JSON.parse(status.slice('officer-1: '.length)) as { pin: Sealed };
    expect(openSealed(pin, await loadSealPrivateKeys(place.config.keys.seal)).reveal()).toBe('4711-canary');
  });

  test.each([
    ['an unknown officer', 'UNKNOWN_OFFICER', 'officer', { officer: 'officer-2', evidenceSeen: 'console' }],
    ['evidence that nobody saw', 'BAD_INPUT', 'evidenceSeen', { officer: 'officer-1', evidenceSeen: ' ' }],
  ])('is refused here with %s', async (_why, code, field, decider) => {
    const decision = place.client.review(await started(), { decision: 'approve', ...decider });
    await expect(decision).rejects.toMatchObject({ code, field });
  });

  test.each([
    ['neither secret nor unlock', 'secret', () => place.client.sign('x', {})],
    ['a hash that is none', 'contract', () => place.client.requestCode('x', { ...acceptance, contract: 'A' })],
    ['a cancel without reason', 'reason', () => place.client.cancel('x', { actor: operator, reason: '' })],
    ['an adoption without ids', 'ids', () => place.client.resolve('x', { remedy: 'adopt', actor: operator })],
    [
      'a link that is none',
      'link',
      () => place.client.resolve('x', { remedy: 'adopt', actor: operator, ids, link: 'javascript:alert(1)' }),
    ],
  ])('is refused before anything is asked: %s', async (_why, field, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'BAD_INPUT', field });
  });

  test('fails with the code and the facts that the request gives', async () => {
    await expect(place.client.requestCode(await started(), acceptance)).rejects.toMatchObject({
      code: 'CODE_COOL_DOWN',
      message: 'A code was sent less than a minute ago.',
      facts: { secondsLeft: 42 },
    });
  });

  test('and takes longer is still running; the same updateId waits on and does not ask again', async () => {
    const reference = await started();
    const first = await place.client
      .sign(reference, { secret: '123456' }, { within: 300 })
      .catch((error: unknown) => error);
    expect(first).toMatchObject({ code: 'STILL_RUNNING', facts: { updateId: expect.any(String) as string } });
    const { updateId } = (first as { facts: { updateId: string } }).facts;
    await expect(place.client.sign(reference, { secret: '123456' }, { updateId })).resolves.toEqual({ signed: true });
    expect(await server.seen(reference, place.config)).toMatchObject({ signs: 1 });
  });

  test('after the end is answered with the end', async () => {
    const reference = await started();
    await place.client.cancel(reference, { actor: operator, reason: 'x' });
    await place.client.outcome(reference, { wait: true });
    const again = place.client.cancel(reference, { actor: operator, reason: 'x' });
    await expect(again).rejects.toMatchObject({ code: 'REQUEST_ENDED', facts: { outcome: 'cancelled' } });
  });
});

test('the link of an adopted request goes into the archive when the request has taken the ids over, not before', async () => {
  const reference = await started();
  const order = { remedy: 'adopt', actor: operator, ids, link: LINK } as const;
  await expect(place.client.resolve(reference, order, { within: 300 })).rejects.toMatchObject({
    code: 'STILL_RUNNING',
  });
  await expect(archive.readProvider(keyOf(reference))).resolves.toBeUndefined();
  const taken = place.client.resolve(reference, order);
  await archive.writeProvider(keyOf(reference), ids);
  await taken;
  await expect(place.client.link(reference)).resolves.toEqual({ url: LINK });
});

test('an outcome is waited for, and not given before', async () => {
  const reference = await started();
  await expect(place.client.outcome(reference)).rejects.toMatchObject({ code: 'REQUEST_NOT_ENDED' });
  const waiting = place.client.outcome(reference, { wait: true });
  await place.client.cancel(reference, { actor: operator, reason: 'x' });
  await expect(waiting).resolves.toMatchObject({ outcome: 'cancelled', reference });
});

test('a watcher sees every change, with its event, and the end', async () => {
  const reference = await started();
  const told = await ToldRequest.of(archive, keyOf(reference));
  const seen: [string, number][] = [];
  for await (const status of place.client.watch(reference)) {
    seen.push([wordsOf(status), status.events.length]);
    if (seen.length === 1) await told.enter('video');
    if (seen.length === 2) await told.end();
  }
  expect(seen).toEqual([
    ['creating: being created at the provider. No worker has begun with it yet', 0],
    ['video: in video', 1],
    ['ended: ended: cancelled', 2],
  ]);
});

test('the changes of a request are told one by one, and again after the last that is known', async () => {
  const reference = await started();
  const told = await ToldRequest.of(archive, keyOf(reference));
  await told.enter('video');
  await told.enter('review');
  await told.end();
  const seen = async (after: number): Promise<string[]> => {
    const words: string[] = [];
    for await (const change of place.client.changes(reference, { after }))
      words.push('entry' in change ? `${change.entry.number} ${change.entry.what}` : Object.keys(change).join());
    return words;
  };
  expect(await seen(0)).toEqual(['1 stage', '2 stage', '3 ended', 'status']);
  expect(await seen(2)).toEqual(['3 ended', 'status']);
  expect(await seen(9)).toEqual(['reset', '1 stage', '2 stage', '3 ended', 'status']);
});

test('a watcher stops by its signal', async () => {
  const stop = new AbortController();
  const reference = await started();
  for await (const _status of place.client.watch(reference, { signal: stop.signal })) stop.abort();
  expect(stop.signal.aborted).toBe(true);
});

test('who watches a request that was ended from outside learns that', async () => {
  const reference = await started();
  await server.client.workflow.getHandle(`signature-${reference}`).terminate();
  const watched = place.client.watch(reference);
  await expect(watched.next()).rejects.toMatchObject({ code: 'REQUEST_ENDED' });
  await expect(place.client.status(reference)).rejects.toMatchObject({ code: 'REQUEST_ENDED' });
});

test('the list shows running requests without personal data', async () => {
  const reference = await started();
  await (await ToldRequest.of(archive, keyOf(reference))).enter('video');
  const { requests } = await place.client.list({ stage: 'video', attention: false });
  expect(requests.find((each) => each.reference === reference)).toEqual({
    reference,
    attempt: 1,
    workflowId: `signature-${reference}`,
    flow: 'signature',
    state: 'running',
    registrationAuthority: '139',
    stage: 'video',
    createdAt: expect.any(String) as string,
  });
});

test('without a worker a request says so, and keeps what was asked for when one comes', async () => {
  const alone = await connectServer();
  const away = await openPlace(alone.settings);
  const reference = `away-${randomUUID()}`;
  await away.client.start({
    reference,
    signer: { email: 'signer@example.com', phone: '+34600000000' },
    documents: [{ name: 'agreement.pdf', content: SAMPLE }],
  });
  expect(await away.client.status(reference)).toMatchObject({ stage: 'creating', worker: 'away', event: 0 });
  expect(await away.client.why(reference)).toMatchObject({ state: 'silent', code: 'WORKER_AWAY' });
  await expect(away.client.link(reference, { within: 100 })).rejects.toMatchObject({ code: 'WORKER_AWAY' });
  const order = { actor: operator, reason: 'nobody is there' };
  const asked = await away.client.cancel(reference, order, { within: 500 }).catch((error: unknown) => error);
  expect(asked).toMatchObject({ code: 'WORKER_AWAY', facts: { updateId: expect.any(String) as string } });
  const stop = await alone.startWorker(away.config);
  await expect(away.client.outcome(reference, { wait: true })).resolves.toMatchObject({ outcome: 'cancelled' });
  await stop();
  await away.close();
  await alone.close();
});

function wordsOf({ stage, words }: RequestStatus): string {
  return `${stage}: ${words}`;
}

async function recordCancelled(reference: string): Promise<void> {
  await archive.recordOutcome(keyOf(reference), {
    outcome: 'cancelled',
    reference,
    attempt: 1,
    reason: 'for-the-test',
    actor: operator,
    at: '2026-01-01T00:00:00.000Z',
    cleanup: 'none',
    documents: [],
    durations: {},
  });
}
