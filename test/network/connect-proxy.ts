import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** An outbound proxy that opens connections by CONNECT. */
export interface ConnectProxy {
  address: string;
  /** What it was asked for: the target, and the login. */
  asked: { target: string; login: string | undefined }[];
  /** Ends all connections, and answers this status in place of new ones. Nothing: opens them again. */
  refuse(status?: number): void;
  /** Opens connections to this port, whatever the target is. */
  leadTo(port: number): void;
  close(): Promise<void>;
}

/** @param login `user:password` that it wants */
export async function connectProxy(login?: string): Promise<ConnectProxy> {
  const asked: ConnectProxy['asked'] = [];
  const sockets = new Set<Socket>();
  let refusal: number | undefined;
  let port: number | undefined;
  const server = createServer((_request, answer) => answer.writeHead(400).end());
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    const given = headers['proxy-authorization']?.replace('Basic ', '');
    const name = given && Buffer.from(given, 'base64').toString();
    asked.push({ target: url, login: name });
    const status = refusal ?? (name === login ? undefined : 407);
    if (status !== undefined) return void socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
    const to = new URL(`http://${url}`);
    const there = connect(port ?? Number(to.port), to.hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    sockets.add(there);
    there.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    refuse(status) {
      refusal = status;
      for (const socket of sockets) socket.destroy();
    },
    leadTo: (other) => (port = other),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
