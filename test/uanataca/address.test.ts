import { type Answered, type AnsweringServer, answeringServer, clientOf, json } from './answering-server.js';
import { REQUEST } from './people.js';

let server: AnsweringServer;
let answer: Answered;

beforeAll(async () => {
  server = await answeringServer(() => answer);
});
afterAll(() => server.close());
beforeEach(() => {
  server.arrived.length = 0;
});

describe('the address', () => {
  test.each([
    ['', '/oneshot/api/v1/request/45836'],
    ['/', '/oneshot/api/v1/request/45836'],
    ['/oneshot/api/v1', '/oneshot/api/v1/request/45836'],
    ['/oneshot/api/v1/', '/oneshot/api/v1/request/45836'],
    ['/oneshot/api/v1/api/v1', '/oneshot/api/v1/request/45836'],
    ['/optimizer', '/optimizer/oneshot/api/v1/request/45836'],
  ])('with %j at its end leads to %j', async (end, path) => {
    answer = json(200, { detail: { status: 'CREATED' } });
    const client = clientOf(`${server.address}${end}`);
    await client.getRequest(REQUEST);
    expect(server.arrived[0]?.url).toBe(path);
    expect(client.origin).toBe(server.address);
    await client.close();
  });

  test.each(['optimizer', 'ftp://optimizer.example', ''])('%j is refused', (address) => {
    expect(() => clientOf(address)).toThrow(
      expect.objectContaining({ code: 'BAD_SETTING', field: 'environments.<name>.optimizer' }) as Error,
    );
  });

  test('a CA file that is not there fails the call', async () => {
    const client = clientOf('https://optimizer.example', { ca: '/nowhere/ca.pem' });
    await expect(client.getRequest(REQUEST)).rejects.toMatchObject({ code: 'BAD_SETTING', field: 'ca' });
    await client.close();
  });
});
