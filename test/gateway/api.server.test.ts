import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PDFDocument } from '@cantoo/pdf-lib';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Archive } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import type { ORDER_ROUTES } from '../../src/gateway/api/order-routes.js';
import type { FailureView } from '../../src/messages/failures.js';
import type { Outcome } from '../../src/messages/outcome.js';
import type { RequestPk, VideoidPk } from '../../src/messages/request.js';
import { generateSealKeys } from '../../src/security/keys.js';
import { dataConverter } from '../../src/temporal/data-converter.js';
import { ensureSearchAttributes } from '../../src/temporal/namespace.js';
import { recordsOf } from '../archive/records-of.js';
import { type GatewayPlace, openGatewayPlace } from './gateway-place.js';

Runtime.install({ logger: new DefaultLogger('ERROR') });

const taskQueue = `gateway-${randomUUID()}`;
const temporal = { address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233', taskQueue };
const acceptance = {
  documents: ['0'.repeat(64)],
  contract: '1'.repeat(64),
  consentVersion: '1',
  channel: 'web',
  at: '2026-01-01T00:00:00Z',
};
const signer = { email: 'signer@example.com', phone: '+34600000000' };

const keys = mkdtempSync(join(tmpdir(), 'gateway-keys-'));
/** Where the gateway puts temporary files. */
const temporary = mkdtempSync(join(tmpdir(), 'gateway-temporary-'));
jest.spyOn(os, 'tmpdir').mockReturnValue(temporary);

let connection: Connection;
let worker: Worker;
let running: Promise<void>;
let native: NativeConnection;
let place: GatewayPlace;
let archive: Archive;
let agreement: Buffer;
let annex: Buffer;

beforeAll(async () => {
  connection = await Connection.connect({ address: temporal.address });
  await ensureSearchAttributes(connection, 'default');
  native = await NativeConnection.connect({ address: temporal.address });
  worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowsPath: require.resolve('./stand-in.ts'),
    dataConverter: dataConverter(undefined),
  });
  running = worker.run();
  place = await openApi();
  archive = await openArchive(place.config.archive);
  agreement = await pdf('Agreement');
  annex = await pdf('Annex', randomBytes(40_000).toString('hex'));
});
afterAll(async () => {
  await archive.close();
  await place.close();
  worker.shutdown();
  await running;
  await native.close();
  await connection.close();
  for (const folder of [keys, temporary]) rmSync(folder, { recursive: true });
});

/** A right body, apart from the actor, for every order on a signature that takes an actor. */
const BODIES: Record<
  Exclude<keyof typeof ORDER_ROUTES, 'review' | 'accept' | 'code' | 'sign' | 'provide' | 'preauth-link'> | 'reopen',
  object
> = {
  cancel: { reason: 'x' },
  extend: { reason: 'x', by: '1d' },
  abandon: { reason: 'gave-up' },
  'new-video': { reason: 'x' },
  correct: { reason: 'x', phone: '+34600000001' },
  reopen: { reason: 'x' },
  reset: { reason: 'x' },
  resolve: { remedy: 'retry' },
};

describe('a call without a token of the gateway', () => {
  it('gets 401, and no answer shows whether a request exists', async () => {
    const { reference } = await started();
    const answers: unknown[] = [];
    for (const path of [`/v1/requests/${reference}`, '/v1/requests/nobody', '/v1/requests', '/v1/anything']) {
      for (const authorization of [
        '',
        'Bearer',
        'Bearer wrong',
        `Bearer ${place.apiToken}x`,
        `Basic ${place.apiToken}`,
      ]) {
        const answer = await fetch(place.address + path, { headers: authorization === '' ? {} : { authorization } });
        answers.push([answer.status, answer.headers.get('www-authenticate'), await answer.text()]);
      }
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toEqual([401, 'Bearer', expect.stringContaining('"UNAUTHORIZED"')]);
  });

  it('does not even have its upload read', async () => {
    const socket = connect(place.gateway.port, '127.0.0.1');
    socket.write('POST /v1/requests HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000000000\r\n\r\n');
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString('latin1')).toContain('HTTP/1.1 401');
    await once(socket, 'close');
  });
});

describe('a start', () => {
  it('takes the documents with it and can be repeated', async () => {
    const reference = randomUUID();
    const first = await start({ reference, signer });
    expect(first.status).toBe(201);
    expect(first.headers.get('location')).toBe(`/v1/requests/${reference}?attempt=1`);
    expect(await first.json()).toEqual({
      reference,
      attempt: 1,
      workflowId: `signature-${reference}`,
      state: 'started',
    });
    const again = await start({ reference, signer });
    expect([again.status, await again.json()]).toMatchObject([200, { state: 'running' }]);
    const other = await start({ reference, signer: { ...signer, phone: '+34600000001' } });
    expect([other.status, await failure(other)]).toMatchObject([409, { code: 'REFERENCE_TAKEN', field: 'reference' }]);
    expect(incoming()).toEqual([]);
  });

  it.each<[string, object, [string, Blob, string?][], number, string, string]>([
    ['a file that is no PDF', {}, [['document', new Blob(['no PDF']), 'a.pdf']], 400, 'NOT_A_PDF', 'documents[0]'],
    ['an empty file', {}, [['document', new Blob([]), 'a.pdf']], 400, 'DOCUMENT_EMPTY', 'documents[0]'],
    ['no document', {}, [], 400, 'NO_DOCUMENT', 'documents'],
    ['a bad e-mail address', { signer: { ...signer, email: 'x' } }, [], 400, 'BAD_EMAIL', 'signer.email'],
    ['a field that does not exist', { surprise: 1 }, [], 400, 'BAD_INPUT', 'surprise'],
    ['a path on our machine', { documents: [{ name: 'a', content: '/etc/hosts' }] }, [], 400, 'BAD_INPUT', 'body'],
    ['a part of another name', {}, [['file', new Blob(['x']), 'a.pdf']], 400, 'BAD_INPUT', 'body'],
    [
      'a path as a name',
      {},
      [['document', new Blob(['x']), '../a.pdf']],
      400,
      'BAD_DOCUMENT_NAME',
      'documents[0].name',
    ],
    [
      'a large document',
      {},
      [['document', new Blob(['x'.repeat(90_001)]), 'a.pdf']],
      413,
      'DOCUMENT_TOO_LARGE',
      'documents[0]',
    ],
  ])('with %s is refused and leaves nothing', async (_what, more, parts, status, code, field) => {
    const reference = randomUUID();
    const form = new FormData();
    form.append('request', JSON.stringify({ reference, registrationAuthority: '139', signer, ...more }));
    for (const [name, content, fileName] of parts) form.append(name, content, fileName);
    const answer = await call('/v1/requests', { method: 'POST', body: form });
    expect([answer.status, await failure(answer)]).toMatchObject([status, { code, field }]);
    expect(incoming()).toEqual([]);
    expect(await archive.latestAttempt('signature', reference)).toBe(0);
  });

  it('with eleven documents is refused and leaves nothing', async () => {
    const form = new FormData();
    form.append('request', JSON.stringify({ reference: randomUUID(), registrationAuthority: '139', signer }));
    for (let each = 1; each <= 11; each += 1) form.append('document', new Blob([agreement]), `${each}.pdf`);
    const answer = await call('/v1/requests', { method: 'POST', body: form });
    expect([answer.status, await failure(answer)]).toMatchObject([400, { code: 'TOO_MANY_DOCUMENTS' }]);
    expect(incoming()).toEqual([]);
  });

  it('with a document before the request is refused', async () => {
    const form = new FormData();
    form.append('document', new Blob([agreement]), 'a.pdf');
    form.append('request', JSON.stringify({ reference: randomUUID(), registrationAuthority: '139', signer }));
    expect(await failure(await call('/v1/requests', { method: 'POST', body: form }))).toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(incoming()).toEqual([]);
  });

  it.each([
    ['multipart without a boundary', 'multipart/form-data', 'x'],
    ['multipart without parts', 'multipart/form-data; boundary=b', '--b--\r\n'],
    [
      'multipart that ends in the middle',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="document"; filename="a"\r\n\r\nabc',
    ],
    [
      'a request that is no JSON',
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="request"\r\n\r\n{\r\n--b--\r\n',
    ],
    ['nothing', 'multipart/form-data; boundary=b', ''],
  ])('with %s is refused as BAD_INPUT', async (_what, type, body) => {
    const answer = await call('/v1/requests', { method: 'POST', body, headers: { 'content-type': type } });
    expect([answer.status, await failure(answer)]).toMatchObject([400, { code: 'BAD_INPUT', field: 'body' }]);
    expect(incoming()).toEqual([]);
  });

  it('that breaks off, or does not go on, leaves nothing', async () => {
    const form =
      '--b\r\nContent-Disposition: form-data; name="request"\r\n\r\n{"reference":"broken"}\r\n' +
      '--b\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n\r\n%PDF-1.7';
    const head =
      `POST /v1/requests HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${place.apiToken}\r\n` +
      'Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 20000\r\n\r\n';
    const silent = connect(place.gateway.port, '127.0.0.1');
    silent.write(head + form);
    const [data] = (await once(silent, 'data')) as [Buffer];
    expect(data.toString('latin1')).toContain('HTTP/1.1 400');
    await once(silent, 'close');
    const gone = connect(place.gateway.port, '127.0.0.1');
    gone.write(head + form);
    await until(() => incoming().length === 1);
    gone.destroy();
    await until(() => incoming().length === 0);
    expect(await archive.latestAttempt('signature', 'broken')).toBe(0);
  });
});

describe('documents', () => {
  it('are listed, and handed out as they came in', async () => {
    const { reference } = await started();
    const { documents } = (await (await call(`/v1/requests/${reference}/documents`)).json()) as { documents: object[] };
    expect(documents).toMatchObject([
      { index: 1, name: 'Vertrag (1) für Ada.pdf', size: agreement.length, signed: false },
      { index: 2, name: 'annex.pdf', size: annex.length, signed: false },
    ]);
    const answer = await call(`/v1/requests/${reference}/documents/1`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(agreement)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': String(agreement.length),
      'cache-control': 'no-store',
      'content-disposition': "attachment; filename*=UTF-8''Vertrag%20%281%29%20f%C3%BCr%20Ada.pdf",
    });
    const shown = await archive.events({ flow: 'signature', reference, attempt: 1 });
    expect(shown).toMatchObject([{ what: 'document-shown', channel: 'api', facts: { index: 1 } }]);
  });

  it('that changed in the archive are not handed out, and say so', async () => {
    const { reference } = await started();
    const path = `/v1/requests/${reference}/documents/1`;
    expect((await call(path)).status).toBe(200);
    for (const change of [flipped, doubled]) {
      await changeDocument(reference, 1, change); // between two requests
      const answer = await call(path);
      expect([answer.status, await failure(answer)]).toMatchObject([
        500,
        { code: 'ARCHIVED_FILE_CHANGED', facts: { kind: 'document', index: 1 } },
      ]);
    }
    expect(await archive.events({ flow: 'signature', reference, attempt: 1 })).toHaveLength(1);
    expect((await call(`/v1/requests/${reference}/documents/2`)).status).toBe(200);
  });

  it('that changed and are large are cut off before their end', async () => {
    const { reference } = await started();
    const path = `/v1/requests/${reference}/documents/2`;
    const whole = await (await call(path)).arrayBuffer();
    expect(Buffer.from(whole).equals(annex)).toBe(true);
    await changeDocument(reference, 2, flipped);
    const answer = await call(path);
    expect(answer.headers.get('content-length')).toBe(String(annex.length));
    await expect(answer.arrayBuffer()).rejects.toThrow('terminated');
    expect(await archive.events({ flow: 'signature', reference, attempt: 1 })).toHaveLength(1);
  });

  it('that are not there, or not yet, are 404', async () => {
    const { reference } = await started();
    for (const path of ['documents/3', 'documents/1?signed=true', 'contract', 'contract?signed=true']) {
      const answer = await call(`/v1/requests/${reference}/${path}`);
      expect([answer.status, await failure(answer)]).toMatchObject([404, { code: 'DOCUMENT_NOT_FOUND' }]);
    }
  });
});

describe('a request', () => {
  it('shows where it stands, its link, and that it has not ended', async () => {
    const { reference } = await started();
    const status = await call(`/v1/requests/${reference}`);
    expect(await status.json()).toMatchObject({ reference, stage: 'creating', event: 0 });
    expect(status.headers.get('cache-control')).toBe('no-store');
    await archive.writeProvider(
      { flow: 'signature', reference, attempt: 1 },
      { videoidPk: '1' as VideoidPk, requestPk: '2' as RequestPk, videoidLink: 'https://provider.example/v/1' },
    );
    expect(await (await call(`/v1/requests/${reference}/link`)).json()).toEqual({
      url: 'https://provider.example/v/1',
    });
    for (const path of ['outcome', 'outcome?wait=1']) {
      const answer = await call(`/v1/requests/${reference}/${path}`);
      expect([answer.status, await failure(answer)]).toMatchObject([409, { code: 'REQUEST_NOT_ENDED' }]);
    }
  });

  it('is listed', async () => {
    const { reference } = await started();
    let listed: { reference: string; state: string }[] = [];
    await until(async () => {
      ({ requests: listed } = (await (await call('/v1/requests?limit=50')).json()) as { requests: typeof listed });
      return listed.some((request) => request.reference === reference);
    });
    expect(listed).toContainEqual(expect.objectContaining({ reference, state: 'running' }));
  });

  it('is found by its person, whose data is in no address, answer or log', async () => {
    const canary = 'canary-Wm4Tq8Zr1Xp6';
    const email = `${canary}@example.com`;
    const { reference } = await started({ signer: { ...signer, email }, metadata: { customer: 'a=b' } });
    const listed = async (options: object): Promise<string[]> => {
      const answer = await call('/v1/requests/list', { method: 'POST', body: JSON.stringify(options) });
      const text = await answer.text();
      expect(text).not.toContain(canary);
      return (JSON.parse(text) as { requests: { reference: string }[] }).requests.map((each) => each.reference);
    };
    expect(await listed({ email, phone: signer.phone, state: 'running', prefix: reference })).toEqual([reference]);
    expect(await listed({ email, flow: 'enrolment', outcome: 'signed' })).toEqual([]);
    const byMetadata = await call(`/v1/requests?metadata=customer=a=b&prefix=${reference}&limit=1`);
    expect(await byMetadata.json()).toMatchObject({ requests: [{ reference, metadata: { customer: 'a=b' } }] });
    for (const name of ['email', 'phone']) {
      const refused = await call(`/v1/requests?${name}=${canary}`);
      const text = await refused.text();
      expect([refused.status, JSON.parse(text)]).toMatchObject([400, { error: { code: 'BAD_INPUT', field: name } }]);
      expect(text).not.toContain(canary);
    }
    const wrong = await call('/v1/requests/list', { method: 'POST', body: JSON.stringify({ email: `${canary}@` }) });
    expect(await failure(wrong)).toMatchObject({
      code: 'BAD_EMAIL',
      field: 'email',
      message: expect.not.stringContaining(canary) as string,
    });
    expect(place.log()).not.toContain(canary);
  });

  it('is listed page by page', async () => {
    for (let count = 0; count < 3; count += 1) await started();
    const pages: string[] = [];
    let after = '';
    for (let page = 0; page < 3; page += 1) {
      const answer = await call(`/v1/requests?limit=1${after}`);
      const { requests, next } = (await answer.json()) as { requests: { reference: string }[]; next: string };
      pages.push(...requests.map((each) => each.reference));
      after = `&after=${next}`;
    }
    expect(new Set(pages).size).toBe(3);
    expect(await failure(await call('/v1/requests?after=1'))).toMatchObject({ code: 'BAD_INPUT', field: 'after' });
  });

  it('is counted', async () => {
    const count = () => place.counted('videoid_requests_running');
    await started();
    while ((await count()) === 0) await pause(50);
    const before = await count();
    await started();
    while ((await count()) <= before) await pause(50);
    expect(await place.counted('videoid_requests_attention')).toBe(0);
  });

  it('that is unknown is 404 for every verb', async () => {
    for (const path of [
      '',
      '/events',
      '/link',
      '/documents',
      '/documents/1',
      '/contract',
      '/outcome',
      '/outcome?wait=1',
    ]) {
      const answer = await call(`/v1/requests/nobody${path}`);
      expect([path, answer.status, await failure(answer)]).toMatchObject([path, 404, { code: 'REQUEST_NOT_FOUND' }]);
    }
    const known = await started();
    expect((await call(`/v1/requests/${known.reference}?attempt=2`)).status).toBe(404);
  });

  it.each([
    ['?attempt=0', 'attempt'],
    ['?attempt=one', 'attempt'],
    ['?surprise=1', 'surprise'],
    ['/outcome?wait=61', 'wait'],
    ['/documents/first', 'index'],
    ['/contract?signed=yes', 'signed'],
  ])('asked for with %s is refused, naming %s', async (path, field) => {
    const answer = await call(`/v1/requests/anybody${path}`);
    expect([answer.status, await failure(answer)]).toMatchObject([400, { code: 'BAD_INPUT', field }]);
  });

  it('is watched until its end', async () => {
    const { reference } = await started();
    const events = await call(`/v1/requests/${reference}/events`);
    expect(events.headers.get('content-type')).toBe('text/event-stream');
    const cancelled = await post(reference, 'cancel', { reason: 'no longer needed' });
    expect([cancelled.status, await cancelled.json()]).toEqual([200, { outcome: 'cancelled' }]);
    const outcomeThere = await call(`/v1/requests/${reference}/outcome?wait=10`);
    const recorded = (await outcomeThere.json()) as Outcome;
    await archive.recordOutcome({ flow: 'signature', reference, attempt: 1 }, recorded);
    const names = (await events.text()).match(/^event: .*$/gm);
    expect(names?.[0]).toBe('event: status');
    expect(names?.at(-1)).toBe('event: end');
    const outcome = await call(`/v1/requests/${reference}/outcome?wait=10`);
    expect([outcome.status, await outcome.json()]).toMatchObject([
      200,
      { outcome: 'cancelled', reason: 'no longer needed', actor: { kind: 'requester' } },
    ]);
    const late = await post(reference, 'cancel', { reason: 'again' });
    expect([late.status, await failure(late)]).toMatchObject([409, { code: 'REQUEST_ENDED' }]);
  });
});

describe('a verb', () => {
  it('carries the answer of the request back', async () => {
    const { reference } = await started();
    const answer = await post(reference, 'code', acceptance);
    expect([answer.status, await answer.json()]).toEqual([200, { sentAt: acceptance.at, resendFrom: acceptance.at }]);
    const signed = await post(reference, 'sign', { secret: '123456' });
    expect([signed.status, await signed.json()]).toEqual([200, { signed: true }]);
  });

  it('that the request refuses gets its code, and the status of the code', async () => {
    const { reference } = await started();
    const decision = { officer: 'ada', decision: 'approve', evidenceSeen: 'console' };
    const answer = await post(reference, 'review', decision);
    expect([answer.status, await failure(answer)]).toMatchObject([409, { code: 'NOT_NOW', facts: { stage: 'video' } }]);
    const unknown = await post(reference, 'review', { ...decision, officer: 'nobody' });
    expect([unknown.status, await failure(unknown)]).toMatchObject([400, { code: 'UNKNOWN_OFFICER' }]);
  });

  it('with the same Idempotency-Key is carried out once', async () => {
    const { reference, workflowId } = await started();
    const key = { 'Idempotency-Key': randomUUID() };
    const answers = await Promise.all([1, 2, 3].map(async () => post(reference, 'code', acceptance, key)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    await post(reference, 'code', acceptance);
    const { events } = await new Client({ connection }).workflow.getHandle(workflowId).fetchHistory();
    const updates = events?.filter((each) => each.workflowExecutionUpdateAcceptedEventAttributes) ?? [];
    expect(updates).toHaveLength(2);
  });

  it('with an Idempotency-Key of another verb or another input is 422, and does nothing', async () => {
    const { reference } = await started();
    const key = { 'Idempotency-Key': randomUUID() };
    expect((await post(reference, 'code', acceptance, key)).status).toBe(200);
    for (const [verb, body] of [
      ['cancel', { reason: 'no longer needed' }],
      ['sign', { secret: '123456' }],
      ['code', { ...acceptance, consentVersion: '2' }],
    ] as const) {
      const answer = await post(reference, verb, body, key);
      expect([answer.status, await failure(answer)]).toMatchObject([422, { code: 'IDEMPOTENCY_KEY_REUSED' }]);
    }
    expect(await (await call(`/v1/requests/${reference}`)).json()).toMatchObject({ stage: 'creating' });
  });

  it.each(['', 'with blank', 'x'.repeat(129), 'ümlaut'])('with the Idempotency-Key "%s" is refused', async (key) => {
    const { reference } = await started();
    const answer = await post(reference, 'cancel', { reason: 'x' }, { 'Idempotency-Key': key });
    expect([answer.status, await failure(answer)]).toMatchObject([400, { code: 'BAD_INPUT', field: 'updateId' }]);
  });

  it.each([
    ['code', { ...acceptance, contract: 'no hash' }, 'contract'],
    ['sign', {}, 'secret'],
    ['sign', { code: '123456' }, 'code'],
    ['cancel', {}, 'reason'],
    ['resolve', { remedy: 'retry', actor: { kind: 'nobody' } }, 'actor.kind'],
    ['review', 'approve', 'body'],
  ])('%s with a wrong body is refused, naming the field and never the value', async (verb, body, field) => {
    const { reference } = await started();
    const answer = await post(reference, verb, body);
    expect([answer.status, await failure(answer)]).toMatchObject([400, { code: 'BAD_INPUT', field }]);
  });

  it.each(Object.entries(BODIES))(
    '%s is taken from nobody who claims to be the provider or our own policy',
    async (verb, given) => {
      for (const kind of ['provider', 'policy']) {
        const answer = await post('anybody', verb, { ...given, actor: { kind } });
        expect([answer.status, await failure(answer)]).toMatchObject([400, { code: 'BAD_INPUT', field: 'actor.kind' }]);
      }
    },
  );

  it('is counted by verb and status', async () => {
    const notFound = 'videoid_api_calls_total{verb="status",status="404"}';
    const before = await place.counted(notFound);
    await call('/v1/requests/nobody');
    expect(await place.counted(notFound)).toBe(before + 1);
  });
});

describe('a request that Temporal does not run', () => {
  it('is found and resumed, one or all', async () => {
    const [{ reference, workflowId }, other] = [await started(), await started()];
    const { workflow } = new Client({ connection });
    for (const id of [workflowId, other.workflowId]) await workflow.getHandle(id).terminate();
    const recorded = (await (await call('/v1/recorded?flow=signature&limit=1000')).json()) as { requests: object[] };
    const state = 'ended-from-outside';
    expect(recorded.requests).toContainEqual(expect.objectContaining({ reference, attempt: 1, state }));
    const unknown = await post(reference, 'resume', { surprise: true });
    expect([unknown.status, await failure(unknown)]).toMatchObject([400, { code: 'BAD_INPUT' }]);
    const resumed = await post(reference, 'resume', {});
    expect([resumed.status, await resumed.json()]).toMatchObject([201, { reference, state: 'started' }]);
    const all = await call('/v1/resume', { method: 'POST', body: JSON.stringify({ flow: 'signature' }) });
    const { carriedOut, results } = (await all.json()) as { carriedOut: boolean; results: object[] };
    expect([all.status, carriedOut]).toEqual([200, true]);
    expect(results).toContainEqual(expect.objectContaining({ reference: other.reference, state, result: 'started' }));
  });
});

describe('a gateway that stops', () => {
  it('finishes running answers, ends those that only watch, and accepts nothing more', async () => {
    const other = await openApi(place.config.archive.directory);
    const { reference } = await started();
    const at = (path: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`${other.address}/v1/requests/${reference}/${path}`, {
        ...init,
        headers: { authorization: `Bearer ${other.apiToken}` },
      });
    const events = await at('events');
    const waiting = at('outcome?wait=60');
    const signing = at('sign', { method: 'POST', body: JSON.stringify({ secret: '123456' }) });
    await until(async () => {
      const { events: history } = await new Client({ connection }).workflow
        .getHandle(`signature-${reference}`)
        .fetchHistory();
      return history?.some((each) => each.workflowExecutionUpdateAcceptedEventAttributes) === true;
    });
    const closing = other.gateway.close();
    expect((await waiting).status).toBe(409);
    expect(await (await signing).json()).toEqual({ signed: true });
    expect(await events.text()).not.toContain('event: end');
    await closing;
    await expect(at('outcome')).rejects.toThrow('fetch failed');
    await other.close();
  });
});

describe('what came in', () => {
  it('stands in no log line', async () => {
    const canary = 'canaryKq7Wm3Zx9Tn5Vb2H';
    const { reference } = await started({ signer: { ...signer, email: `${canary}@example.com` } });
    await post(reference, 'sign', { secret: canary });
    await post(reference, 'cancel', { reason: canary, surprise: canary });
    await call(`/v1/requests/${canary}`, { headers: { authorization: `Bearer ${canary}` } });
    expect(place.log()).toContain('gateway listens');
    for (const secret of [canary, place.apiToken, signer.email, signer.phone])
      expect(place.log()).not.toContain(secret);
  });
});

async function openApi(directory?: string): Promise<GatewayPlace> {
  const { publicKey } = await generateSealKeys();
  const path = join(keys, `${randomUUID()}.pem`);
  writeFileSync(path, publicKey);
  return openGatewayPlace({
    temporal,
    archive: directory,
    gateway: { hints: { bodyWithin: 500 } },
    settings: {
      documents: { maximumBytes: 90_000 },
      keys: { encryptPayloads: false, seal: [{ id: 'test', publicKey: `file:${path}` }] },
    },
  });
}

async function pdf(title: string, subject = ''): Promise<Buffer> {
  const document = await PDFDocument.create();
  document.setSubject(subject);
  document.addPage().drawText(`${title} ${randomBytes(8).toString('hex')}`);
  return Buffer.from(await document.save());
}

function flipped(content: Buffer): Buffer {
  const other = Buffer.from(content);
  other[other.length - 9] = (other.at(-9) ?? 0) ^ 1;
  return other;
}

function doubled(content: Buffer): Buffer {
  return Buffer.concat([content, content]);
}

async function changeDocument(reference: string, index: number, change: (content: Buffer) => Buffer): Promise<void> {
  const key = { flow: 'signature', reference, attempt: 1 } as const;
  const { location: path } = await archive.locateFile(key, { kind: 'document', index });
  writeFileSync(path, change(readFileSync(path)));
}

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(place.address + path, {
    ...init,
    headers: { authorization: `Bearer ${place.apiToken}`, ...(init.headers as Record<string, string>) },
  });
}

async function post(
  reference: string,
  verb: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return call(`/v1/requests/${reference}/${verb}`, { method: 'POST', body: JSON.stringify(body), headers });
}

async function start(request: object): Promise<Response> {
  const form = new FormData();
  form.append('request', JSON.stringify({ registrationAuthority: '139', ...request }));
  form.append('document', new Blob([agreement]), 'Vertrag (1) für Ada.pdf');
  form.append('document', new Blob([annex]), 'annex.pdf');
  return call('/v1/requests', { method: 'POST', body: form });
}

async function started(more: object = {}): Promise<{ reference: string; workflowId: string }> {
  const answer = await start({ reference: randomUUID(), signer, ...more });
  expect(answer.status).toBe(201);
  return (await answer.json()) as { reference: string; workflowId: string };
}

async function failure(answer: Response): Promise<FailureView> {
  return ((await answer.json()) as { error: FailureView }).error;
}

/** Uploads that are being received, and files of starts that are not finished. */
function incoming(): string[] {
  const copies = readdirSync(temporary).filter((name) => name.startsWith('videoid-'));
  const received = copies.flatMap((name) => readdirSync(join(temporary, name)));
  return [...received, ...recordsOf(place.config.archive.directory).unfinished()];
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
