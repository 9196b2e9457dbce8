import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { FaultyProxy } from '../../../local/servers/faulty-proxy.js';

describe('a proxy that makes the network bad', () => {
  let server: Server;
  let proxy: FaultyProxy;
  /** What the server was asked. */
  let asked: string;
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    asked = '';
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (piece) => {
        asked += piece.toString();
        socket.write(`<${piece.toString()}>`);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await FaultyProxy.start((server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await proxy.close();
    server.close();
  });

  it('passes on what is asked and answered, and both ends of a connection', async () => {
    const socket = await open();
    socket.end('hello');
    expect(await text(socket)).toBe('<hello>');
  });

  it('gives the URL that leads through it', () => {
    expect(proxy.through('postgres://me:secret@127.0.0.1:5432/one')).toBe(
      `postgres://me:secret@127.0.0.1:${proxy.port}/one`,
    );
  });

  it('loses an answer: the server has got the request, and the asker a reset', async () => {
    const socket = await open();
    expect(await ask(socket, 'first')).toBe('<first>');
    proxy.cutAfter('answers', 0);
    await expect(ask(socket, 'second')).rejects.toThrow('ECONNRESET');
    expect(asked).toBe('firstsecond');
    expect(proxy.cutsLeft).toBe(0);
    expect(await ask(await open(), 'third')).toBe('<third>');
  });

  it('loses a request after some bytes', async () => {
    const socket = await open();
    proxy.cutAfter('requests', 3);
    const broken = ask(socket, 'second');
    await expect(broken.then(async () => ask(socket, 'more'))).rejects.toThrow('ECONNRESET');
    expect('sec'.startsWith(asked)).toBe(true);
  });

  it('cuts open connections', async () => {
    const socket = await open();
    await ask(socket, 'first');
    const closed = once(socket, 'close');
    proxy.cut();
    await expect(closed).rejects.toThrow('ECONNRESET');
    expect(await ask(await open(), 'again')).toBe('<again>');
  });

  it('refuses connections, until it accepts them again', async () => {
    await proxy.refuse();
    await expect(open()).rejects.toThrow('ECONNREFUSED');
    await proxy.accept();
    expect(await ask(await open(), 'again')).toBe('<again>');
  });

  it('holds everything back, and then passes it on', async () => {
    const socket = await open();
    proxy.pause();
    const order: string[] = [];
    const answer = ask(socket, 'held').then(() => order.push('answered'));
    expect(asked).toBe('');
    order.push('resumed');
    proxy.resume();
    await answer;
    expect(order).toEqual(['resumed', 'answered']);
  });

  it('is late in one direction or both', async () => {
    const socket = await open();
    proxy.delay({ requests: 60, answers: 60 });
    const begin = performance.now();
    expect(await ask(socket, 'late')).toBe('<late>');
    // Timers may be early by a millisecond.
    expect(performance.now() - begin).toBeGreaterThan(110);
  });

  async function open(): Promise<Socket> {
    const socket = connect(proxy.port, '127.0.0.1');
    sockets.add(socket);
    await once(socket, 'connect');
    return socket;
  }
});

async function ask(socket: Socket, question: string): Promise<string> {
  socket.write(question);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  return answer.toString();
}
