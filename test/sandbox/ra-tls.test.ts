import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { startSandbox, type RunningSandbox } from '../../sandbox/sandbox.js';
import { RaStand } from './ra-support.js';

/** If the server ends a handshake, the caller sees different errors, depending on which side is faster. */
const REFUSED = /alert|other side closed|socket|ECONNRESET/i;

let folder: string;
let running: RunningSandbox[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-tls-'));
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map(async (sandbox) => sandbox.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(state: string): Promise<Required<RunningSandbox>['ra']> {
  const sandbox = await startSandbox({ state: join(folder, state), raPort: 0 });
  running.push(sandbox);
  if (sandbox.ra === undefined) throw new Error('no RA listener');
  return sandbox.ra;
}

interface Caller {
  ca?: string;
  certificate?: string;
  key?: string;
}

function read(file: string | undefined): string | undefined {
  return file && readFileSync(file, 'utf8');
}

async function statusFor(url: string, caller: Caller): Promise<number> {
  const { ca, cert, key } = { ca: read(caller.ca), cert: read(caller.certificate), key: read(caller.key) };
  const agent = new Agent({ connect: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) } });
  try {
    const response = await request(`${url}/requests/`, { dispatcher: agent });
    await response.body.dump();
    return response.statusCode;
  } finally {
    await agent.destroy();
  }
}

test('nobody is let in without a certificate of the sandbox’s own authority', async () => {
  const [own, foreign] = [await start('own'), await start('foreign')];
  await expect(statusFor(own.api, { ca: own.files.ca })).rejects.toThrow(REFUSED);
  await expect(
    statusFor(own.api, { ca: own.files.ca, certificate: foreign.files.certificate, key: foreign.files.key }),
  ).rejects.toThrow(REFUSED);
  expect(await statusFor(own.api, own.files)).toBe(200);
  const counted = (await (await fetch(`${running[0]?.url}/sandbox/calls`)).json()) as Record<string, unknown>;
  expect(counted).toEqual({ 'ra-list-requests': { received: 1, ended: { '200': 1 } } });
});

test('its server certificate is for this machine, and nobody trusts it who was not given its authority', async () => {
  const own = await start('own');
  const { ca: _ca, ...stranger } = own.files;
  await expect(statusFor(own.api, stranger)).rejects.toThrow(/self-signed|unable to verify/);
  expect(await statusFor(own.api.replace('127.0.0.1', 'localhost'), own.files)).toBe(200);
});

test('the certificates are the same after a restart', async () => {
  const first = await start('own');
  const before = Object.values(first.files).map((file: string) => readFileSync(file, 'utf8'));
  await running.pop()?.close();
  const second = await start('own');
  expect(Object.values(second.files).map((file: string) => readFileSync(file, 'utf8'))).toEqual(before);
  expect(await statusFor(second.api, first.files)).toBe(200);
});

test('without the port there is no such listener', async () => {
  const sandbox = await startSandbox({ state: join(folder, 'none') });
  running.push(sandbox);
  expect(sandbox.ra).toBeUndefined();
});

test('enrolments, cards and mails are there after a restart', async () => {
  const state = join(folder, 'kept');
  const first = await RaStand.start({ state });
  const pk = await first.createdOrganisation();
  await first.upload(pk, 'upload_videoid_evidence', { label: 'deed' });
  const before = await first.inside(pk);
  const card = await first.card();
  await first.close();
  const second = await RaStand.start({ state });
  const { link: _link, enrolLink: _enrolLink, mails, ...same } = before;
  expect(await second.inside(pk)).toMatchObject(same);
  expect((await second.inside(pk)).mails).toEqual(mails);
  expect(await second.card()).toEqual(card);
  expect((await second.call('GET', `/requests/${pk}/pl_get_documents/`)).status).toBe(200);
  await second.close();
});
