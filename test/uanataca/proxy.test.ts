import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type ConnectProxy, connectProxy } from '../network/connect-proxy.js';
import { type AnsweringServer, answeringServer, clientOf, json } from './answering-server.js';
import { type AuthorityServer, authorityOf, authorityServer } from './authority-server.js';
import { ENROLMENT_VERBS } from './enrolments.js';
import { errorOf, REQUEST, VERBS } from './people.js';
import { certificateFor } from './test-certificates.js';

const SHOWN = json(200, { status: 'success', detail: { status: 'ENROLLREADY' } });
const LOGIN = { username: 'env:TEST_PROXY_USER', password: 'env:TEST_PROXY_PASSWORD' };

let optimizer: AnsweringServer;
let proxy: ConnectProxy;

beforeAll(async () => {
  process.env['TEST_PROXY_USER'] = 'worker';
  process.env['TEST_PROXY_PASSWORD'] = 'pröxy-passwörd';
  optimizer = await answeringServer(() => SHOWN);
});
afterAll(() => optimizer.close());
afterEach(() => proxy.close());

describe('through an outbound proxy', () => {
  test('calls reach a plain Optimizer', async () => {
    proxy = await connectProxy();
    const client = clientOf(optimizer.address, { proxy: { address: proxy.address } });
    expect((await client.getRequest(REQUEST)).status).toBe('ENROLLREADY');
    expect(proxy.asked).toEqual([{ target: `127.0.0.1:${optimizer.port}`, login: undefined }]);
    await client.close();
  });

  describe('by mutual TLS', () => {
    let authority: AuthorityServer;
    beforeAll(async () => {
      authority = await authorityServer(() => json(200, { pk: 25139, status: 'VIDEOREVIEW' }));
    });
    afterAll(() => authority.close());

    test('the proxy knows our login, and the server our certificate', async () => {
      proxy = await connectProxy('worker:pröxy-passwörd');
      const client = authorityOf(authority, { proxy: { address: proxy.address, ...LOGIN } });
      await ENROLMENT_VERBS.request(client);
      expect(proxy.asked).toEqual([{ target: `127.0.0.1:${authority.port}`, login: 'worker:pröxy-passwörd' }]);
      expect(authority.arrived[0]?.headers).not.toHaveProperty('proxy-authorization');
      await client.close();
    });

    test('a proxy that opens TLS with its own CA is found out, through the proxy', async () => {
      proxy = await connectProxy();
      const opened = await certificateFor('127.0.0.1');
      const opener = await answeringServer(() => SHOWN, { cert: opened.certificate, key: opened.key });
      proxy.leadTo(opener.port);
      const client = authorityOf(authority, { proxy: { address: proxy.address } });
      const error = await errorOf(ENROLMENT_VERBS.create(client));
      expect(error).toMatchObject({ kind: 'not-sent', code: 'TLS_FAILED' });
      expect(error.told).toMatch(/certificate is not trusted: it is self-signed.*registrationAuthorityApi\.ca/);
      expect(opener.arrived).toEqual([]);
      await client.close();
      await opener.close();
    });
  });
});

/** The code and the words of a call that the proxy did not let through. Calls count as not sent. */
async function refused(settings: object = {}): Promise<string> {
  const client = clientOf('https://127.0.0.1:9443', { proxy: { address: proxy.address, ...settings } });
  const errors = [await errorOf(VERBS.sign(client)), await errorOf(VERBS.request(client))];
  await client.close();
  expect(errors.map(({ kind }) => kind)).toEqual(['not-sent', 'not-sent']);
  const [{ code, told } = { code: '', told: '' }] = errors;
  return `${code} ${told}`.replaceAll(proxy.address.replace('http://', ''), 'PROXY');
}

describe('a proxy that opens no connection: nothing was sent, and it is named', () => {
  const PLACE = 'the Optimizer at 127.0.0.1:9443: the proxy at PROXY';
  const GIVE =
    'Give the login of the proxy in environments.<name>.proxy.username and environments.<name>.proxy.password.';

  test('it wants a login', async () => {
    proxy = await connectProxy('somebody:else');
    expect(await refused()).toBe(`ANSWER_NOT_FROM_PROVIDER ${PLACE} wants a login (407). ${GIVE}`);
    expect(await refused(LOGIN)).toBe(`ANSWER_NOT_FROM_PROVIDER ${PLACE} does not accept our login (407). ${GIVE}`);
  });

  test.each([
    [
      403,
      'ANSWER_NOT_FROM_PROVIDER',
      /does not open connections to 127\.0\.0\.1:9443 \(403\)\. Have the proxy allow CONNECT/,
    ],
    [502, 'PROVIDER_UNREACHABLE', /has no connection to 127\.0\.0\.1:9443 \(502\)\. Check whether the proxy can reach/],
  ])('it answers %i', async (status, code, words) => {
    proxy = await connectProxy();
    proxy.refuse(status);
    const said = await refused();
    expect(said).toContain(`${code} ${PLACE}`);
    expect(said).toMatch(words);
  });

  test('it does not run', async () => {
    proxy = await connectProxy();
    await proxy.close();
    expect(await refused()).toBe(
      `PROVIDER_UNREACHABLE ${PLACE}: the connection was refused. Check environments.<name>.proxy.address, and whether the proxy runs.`,
    );
  });

  test('it does not answer, or speaks something else', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const timeouts = { connect: 100, answer: 10_000, body: 10_000 };
    const client = clientOf(optimizer.address, { proxy: { address }, timeouts });
    const error = await errorOf(VERBS.create(client));
    expect(error).toMatchObject({ kind: 'not-sent', code: 'PROVIDER_UNREACHABLE' });
    expect(error.words).toMatch(/the proxy at \S+: no connection within the time-out$/);
    await client.close();
    silent.close();
    proxy = await connectProxy();
  });
});
