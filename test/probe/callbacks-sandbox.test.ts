import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import { type RunningSandbox, startSandbox } from '../../sandbox/sandbox.js';
import { callbackTiming } from '../../src/probe/callbacks/timing.js';
import { timingLines } from '../../src/probe/callbacks/timing-lines.js';
import { readProbeFile } from '../../src/probe/storage.js';
import type { ProviderIds } from '../../src/messages/request.js';
import { Secret } from '../../src/security/secret.js';
import type { OneShot } from '../../src/uanataca/one-shot/one-shot.js';
import { layAuthority } from '../keys.js';
import { clientOf } from '../uanataca/answering-server.js';
import { type CallbackPlace, openCallbackPlace } from './callback-place.js';

const OFFICER = {
  rao: '1400',
  username: new Secret('1125824'),
  password: new Secret('rao-password-1400'),
  pin: new Secret('rao-pin-1400'),
};
const billing = { username: new Secret('sandbox-billing'), password: new Secret('sandbox-billing-password') };
const EMAIL = 'ximena.canaria@mail.example';
const PHONE = '+34600123987';

let folder: string;
let sandbox: RunningSandbox;
let provider: SandboxClient;
let place: CallbackPlace;
let client: OneShot;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probe-provider-'));
  await layAuthority(folder);
  sandbox = await startSandbox({ state: folder });
  provider = new SandboxClient(sandbox.url);
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  place = await openCallbackPlace();
  await provider.clearFaults();
  client = clientOf(sandbox.api, { billing, observer: place.run.recorder });
});
afterEach(async () => {
  await client.close();
  await place.close();
});

async function behave(behaviour: object): Promise<void> {
  await provider.settings({
    behaviour: { webhook: place.callbacks.address, webhookRetries: [100, 100], ...behaviour },
  });
}

/** One request, as the probe's steps make it: created, filmed, approved. */
async function approvedRequest(): Promise<ProviderIds> {
  const { run } = place;
  run.begin('create');
  const order = { phone: PHONE, email: EMAIL, registrationAuthority: '139', profile: 'PFnubeQAFCiudadano' };
  const ids = (await run.call('create', () => client.createVideoid(order))).value;
  if (ids === undefined) throw new Error('there is no request');
  await run.keepId('main.request_pk', ids.requestPk);
  await run.keepId('main.videoid_pk', ids.videoidPk);
  const read = async (step: string): Promise<void> => {
    run.begin(step);
    await run.call('read', () => client.getRequest(ids.requestPk));
  };
  await read('create');
  await provider.video(ids.requestPk, 'finished');
  await read('review');
  run.begin('approve');
  await run.call('approve', () => client.approve(ids.videoidPk, OFFICER));
  await read('approve');
  return ids;
}

describe.each(['event', 'flat'] as const)('callbacks of the sandbox in the %s form', (webhookShape) => {
  it('are told with their delays, in order, the first one after it was refused', async () => {
    await behave({ webhookShape, webhookExtras: 'always' });
    const ids = await approvedRequest();
    await place.seen(4);
    const timing = callbackTiming(place.run.file);
    expect(timing.events.map(({ status, subject }) => [status, subject])).toEqual([
      ['VIDEOPENDING', 'main'],
      ['VIDEOREVIEW', 'main'],
      ['ENROLLREADY', 'main'],
    ]);
    expect(timing.events.map(({ doubles, givenUp }) => [doubles, givenUp])).toEqual([0, 1, 2].map(() => [0, false]));
    // The first one may come before the id is known. Then it is taken at once.
    const refused = timing.events.filter(({ retries }) => retries.length > 0);
    expect(refused).toHaveLength(place.run.file.callbacks.filter(({ answered }) => answered === 503).length);
    expect(timing.events.every(({ delay }) => typeof delay === 'number')).toBe(true);
    expect(timing).toMatchObject({
      late: [],
      without: [],
      foreign: 0,
      unread: 0,
      hoursFromUtc: 0,
      sources: ['127.0.0.1'],
    });
    await place.run.save();
    const text = JSON.stringify(await readProbeFile(place.path)) + timingLines(timing).join('\n');
    for (const canary of [
      ids.requestPk,
      EMAIL,
      PHONE,
      'rao-password-1400',
      new URL(place.callbacks.address ?? '').pathname.slice(1),
    ]) {
      expect(text).not.toContain(canary);
    }
  });
});

describe('callbacks of a troubled sandbox', () => {
  it('that come twice are doubles', async () => {
    await behave({ webhookShape: 'event' });
    await provider.addFault({ name: 'duplicate', status: 'ENROLLREADY', times: 1, copies: 2 });
    await approvedRequest();
    await place.seen(6);
    const { events } = callbackTiming(place.run.file);
    expect(events.find(({ status }) => status === 'ENROLLREADY')).toMatchObject({ doubles: 2, retries: [] });
  });

  it('that come in another order are seen', async () => {
    await behave({ webhookShape: 'flat' });
    await provider.addFault({ name: 'reordered', status: 'VIDEOREVIEW', times: 1, ms: 60_000 });
    await approvedRequest();
    await place.seen(4);
    const timing = callbackTiming(place.run.file);
    const late = timing.events.find(({ status }) => status === 'VIDEOREVIEW');
    expect(timing.late).toEqual([late?.number]);
    expect(timingLines(timing).join('\n')).toContain(`Out of order: #${late?.number} came after`);
  });

  it('that are lost, and forged ones, are told apart', async () => {
    await behave({ webhookShape: 'event' });
    await provider.addFault({ name: 'lost', status: 'VIDEOREVIEW', times: 1 });
    await approvedRequest();
    await provider.forge({ request: 4012632, status: 'ISSUED' });
    await provider.forge({ request: 4012633, status: 'CANCELLED', shape: 'flat' });
    await provider.forge({ body: { nonsense: EMAIL } });
    await place.seen(6);
    const timing = callbackTiming(place.run.file);
    expect(timing).toMatchObject({ without: [{ subject: 'main', status: 'VIDEOREVIEW' }], foreign: 2, unread: 1 });
    expect(timingLines(timing)).toContain('No callback came about VIDEOREVIEW of the first request.');
  });
});
