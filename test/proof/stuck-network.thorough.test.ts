import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { videoid } from '../cli/run.js';
import { EnrolledPeople } from '../installation/enrolled-people.js';
import { InBetween, type Interference, LOGIN_PAGE } from '../installation/in-between.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { type ConnectProxy, connectProxy } from '../network/connect-proxy.js';
import { TlsAuthority } from '../uanataca/tls-authority.js';
import { acceptAndSign, assertMeant, overcome, type Situation } from './stuck.js';

/** What stands between the worker and the provider. One after the other, because each stops every request. */
let at: Installation;
let proxy: InBetween;
let outbound: ConnectProxy;
let authority: TlsAuthority;
const folder = mkdtempSync(join(tmpdir(), 'videoid-network-'));
const HERE = { names: ['127.0.0.1'] };

beforeAll(async () => {
  outbound = await connectProxy();
  authority = await TlsAuthority.root('Test root');
  proxy = await InBetween.start(await authority.issue('server', HERE), () => at.sandboxPort);
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, authority.certificate, { mode: 0o600 });
  at = await Installation.start({
    sandbox: { algorithm: 'ecdsa' },
    gateway: false,
    settings: (settings) => {
      const { sandbox } = settings['environments'] as { sandbox: Record<string, unknown> };
      Object.assign(sandbox, { optimizer: proxy.address, ca, proxy: { address: outbound.address } });
    },
  });
}, 60_000);
afterAll(async () => {
  await at.close();
  await outbound.close();
  await proxy.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => proxy.letThrough());

const SOMETHING = /something between us and the Optimizer at 127\.0\.0\.1:\d+ answered/;

/** It ends by itself when the proxy lets calls through. */
function passing(provoke: Situation<People>['provoke'], goOn: Situation<People>['goOn']): Situation<People> {
  return {
    provoke,
    why: {
      state: 'retrying',
      code: 'ANSWER_NOT_FROM_PROVIDER',
      leavesByItself: true,
      words: SOMETHING,
      endsBy: /next try that succeeds/,
    },
    repair: async () => proxy.letThrough(),
    goOn,
    end: 'signed',
  };
}

function inJson(status: number, body: object): Interference {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** In a form that no document shows, and with words that only a person can judge. */
const BLOCKED = inJson(403, { message: 'Blocked by policy 7' });

const EITHER =
  /HTTP 403: Blocked by policy 7; either the Optimizer at \S+ refused this, or something between us and it/;

const SIGNED_ONCE = { outcome: 'signed', create: 1, approve: 1, sign: 1 };

/** The outcome, and how often the provider did what may be done once. */
async function ended(situation: Situation<People>): Promise<object> {
  let who: People | undefined;
  const provoke = async (): Promise<People> => (who = await situation.provoke());
  const { outcome } = await overcome<People>(at, { ...situation, provoke });
  return { outcome, ...(await who?.provider())?.done };
}

async function doctorSays(name: string): Promise<unknown> {
  const ran = await videoid(['doctor', '--json'], { environment: { VIDEOID_CONFIG: at.state.configFile } });
  const { checks } = JSON.parse(ran.output) as { checks: { name: string }[] };
  return checks.find((each) => each.name === name);
}

test.each<[string, Interference]>([
  ['a login page', LOGIN_PAGE],
  ['407 of a proxy', { status: 407, body: '<h1>Proxy Authentication Required</h1>' }],
  ['403 of a proxy', { status: 403, body: '<html><title>Blocked by policy</title></html>' }],
  ['a redirect to a login', { status: 302, headers: { location: 'https://login.example.com/' } }],
  ['nothing, with 200', { status: 200 }],
  ['JSON of somebody else', inJson(200, { status: 'ok' })],
  ['403 of an API gateway', inJson(403, { message: 'Forbidden' })],
  ['401 of a login service', inJson(401, { error: 'invalid_token', error_description: 'The token expired' })],
  ['404 of a load balancer', inJson(404, { message: 'no Route matched with those values' })],
])('%s, when the request is to be created', async (_name, interference) => {
  const end = await ended(
    passing(
      async () => {
        proxy.interfere(interference);
        const who = await People.start(at);
        const verbs = async () => (await at.client.status(who.reference)).verbs;
        expect(await verbs()).not.toContain('correct');
        return who;
      },
      (who) => who.throughTo('signed'),
    ),
  );
  expect(end).toMatchObject(SIGNED_ONCE);
});

test('a refusal that the provider or a proxy may have written: nothing is created, and it goes on by itself', async () => {
  const situation = passing(
    async () => {
      proxy.interfere(BLOCKED);
      return await People.start(at);
    },
    (who) => who.throughTo('signed'),
  );
  const why = { ...situation.why, code: 'PROVIDER_ANSWER_UNKNOWN', words: EITHER } as const;
  expect(await ended({ ...situation, why })).toMatchObject(SIGNED_ONCE);
});

test('the same in place of the approval: a person decides, and it is approved once', async () => {
  const end = await ended({
    async provoke() {
      const who = await People.start(at);
      await who.throughTo('review');
      proxy.interfere({ ...BLOCKED, calls: /^POST .*\/approve/ });
      await expect(who.approve()).rejects.toMatchObject({ code: 'PROVIDER_ANSWER_UNKNOWN' });
      expect(proxy.times).toBe(1);
      return who;
    },
    why: { state: 'attention', code: 'PROVIDER_ANSWER_UNKNOWN', leavesByItself: false, words: EITHER },
    repair: async () => proxy.letThrough(),
    remedy: /--remedy retry$/,
    goOn: acceptAndSign,
    end: 'signed',
  });
  expect(end).toMatchObject(SIGNED_ONCE);
});

test('it is one condition for all requests, and doctor says it before a request does', async () => {
  const who = await People.start(at);
  await who.until('video');
  proxy.interfere(LOGIN_PAGE);
  const [condition] = await eventually(async () => {
    const conditions = await at.client.conditions();
    return conditions.length > 0 && conditions;
  });
  expect(condition).toMatchObject({
    code: 'ANSWER_NOT_FROM_PROVIDER',
    optimizer: proxy.address,
    words: expect.stringMatching(SOMETHING) as string,
  });
  expect(await doctorSays('Optimizer sandbox')).toMatchObject({
    state: 'fail',
    words: expect.stringMatching(SOMETHING) as string,
    remedy: expect.stringContaining('Check the address') as string,
  });
  proxy.letThrough();
  await eventually(async () => (await at.client.conditions()).length === 0);
  await who.throughTo('signed');
});

test('a login page only for the call that creates: nobody knows whether it was passed on', async () => {
  const end = await ended({
    async provoke() {
      proxy.interfere({ ...LOGIN_PAGE, calls: /^POST .*\/videoid$/ });
      return await People.start(at);
    },
    why: { state: 'attention', code: 'CREATE_IN_DOUBT', leavesByItself: false, words: SOMETHING },
    repair: async () => proxy.letThrough(),
    remedy: /--remedy retry$/,
    goOn: (who) => who.throughTo('signed'),
    end: 'signed',
  });
  expect(end).toMatchObject(SIGNED_ONCE);
});

test('a login page when the signer types the code', async () => {
  const end = await ended(
    passing(
      async () => {
        const who = await People.start(at);
        await who.throughTo('code');
        const code = await who.code();
        proxy.interfere(LOGIN_PAGE);
        await expect(at.client.sign(who.reference, { secret: code })).rejects.toMatchObject({
          code: expect.stringMatching(/ANSWER_NOT_FROM_PROVIDER|STILL_RUNNING/) as string,
        });
        return who;
      },
      async () => undefined,
    ),
  );
  expect(end).toMatchObject(SIGNED_ONCE);
});

test('a login page only for the call that signs: the code is spent, and another one signs', async () => {
  const who = await People.start(at);
  await who.throughTo('code');
  proxy.interfere({ ...LOGIN_PAGE, calls: /^POST .*\/sign\// });
  await expect(who.sign()).rejects.toMatchObject({ code: 'CODE_SPENT' });
  assertMeant(await at.client.why(who.reference), {
    why: { state: 'waiting', code: 'CODE_SPENT', leavesByItself: true, words: SOMETHING },
  });
  proxy.letThrough();
  await who.askForAnotherCode();
  await who.sign();
  expect(await who.outcome()).toMatchObject({ outcome: 'signed' });
  expect((await who.provider()).done).toMatchObject({ sign: 1 });
});

test.each([
  ['the contract', /^GET .*\/contract\//, 'review'],
  ['a signed file', /^GET .*\/document\//, 'code'],
] as const)('a login page in place of %s', async (_name, calls, stage) => {
  const end = await ended(
    passing(
      async () => {
        const who = await People.start(at);
        await who.throughTo(stage);
        proxy.interfere({ ...LOGIN_PAGE, calls });
        await (stage === 'review' ? who.approve() : who.sign());
        await who.untilStatus(({ attention }) => attention !== undefined); // until then, nobody can do anything
        return who;
      },
      async (who) => (stage === 'review' ? acceptAndSign(who) : undefined),
    ),
  );
  expect(end).toMatchObject(SIGNED_ONCE);
});

test('the outbound proxy wants a login', async () => {
  const words =
    /the proxy at 127\.0\.0\.1:\d+ wants a login \(407\)\. Give the login of the proxy in environments\.<name>\.proxy/;
  const situation = passing(
    async () => {
      const who = await People.start(at);
      await who.until('video');
      outbound.refuse(407);
      return who;
    },
    (who) => who.throughTo('signed'),
  );
  const end = await ended({
    ...situation,
    why: { ...situation.why, words },
    async repair() {
      expect(await doctorSays('Optimizer sandbox')).toMatchObject({
        state: 'fail',
        words: expect.stringMatching(/wants a login \(407\)/) as string,
        remedy: expect.stringContaining('proxy.username') as string,
      });
      outbound.refuse();
    },
  });
  expect(end).toMatchObject(SIGNED_ONCE);
  expect(outbound.asked.length).toBeGreaterThan(1);
});

test('the certificate of the server has expired', async () => {
  const right = await authority.issue('server', HERE);
  const expired = await authority.issue('server', { ...HERE, from: -9, until: -2 });
  const words = /TLS: the server's certificate expired at .*, and this machine's clock says/;
  const end = await ended({
    ...passing(
      async () => {
        const who = await People.start(at);
        await who.until('video');
        proxy.show(expired);
        return who;
      },
      (who) => who.throughTo('signed'),
    ),
    why: { state: 'retrying', code: 'TLS_FAILED', leavesByItself: true, words },
    async repair() {
      expect(await doctorSays('Optimizer sandbox')).toMatchObject({ words: expect.stringMatching(words) as string });
      proxy.show(right);
    },
  });
  expect(end).toMatchObject(SIGNED_ONCE);
});

test('our own certificate has the key of another one', async () => {
  const { certificate = '' } = at.config.environments['sandbox']?.registrationAuthorityApi ?? {};
  const path = certificate.replace('file:', '');
  const right = readFileSync(path, 'utf8');
  const words = /our client certificate cannot be used: the private key belongs to another certificate/;
  const outcome = await overcome<EnrolledPeople>(at, {
    async provoke() {
      writeFileSync(path, (await authority.issue('another')).certificate);
      await at.kill('worker'); // its connections were made with the right one
      await at.startWorker();
      return await EnrolledPeople.start(at);
    },
    why: { state: 'retrying', code: 'CLIENT_CERTIFICATE_FAILED', leavesByItself: true, words },
    async repair() {
      expect(await doctorSays('API user of sandbox')).toMatchObject({ state: 'fail' });
      expect(at.log('worker')).toMatch(/private key belongs to another certificate/);
      writeFileSync(path, right);
    },
    goOn: (who) => who.identified(),
    end: 'enrolled',
  });
  expect(outcome).toMatchObject({ outcome: 'enrolled' });
});
