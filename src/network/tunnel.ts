import { type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';

/** An outbound proxy that opens connections by CONNECT. */
export interface TunnelProxy {
  host: string;
  port: number;
  login?: { username: string; password: string };
}

/** The proxy answered, and opened no connection. */
export class TunnelRefused extends Error {
  override readonly name = 'TunnelRefused';

  constructor(
    /** HTTP status. */
    readonly status: number,
  ) {
    super(`the proxy answered ${status}`);
  }
}

/**
 * A connection to `target`, a host and port, through a proxy. The proxy passes bytes on, and sees nothing of TLS.
 *
 * @param within milliseconds
 * @throws TunnelRefused; an error of Node with its code; ETIMEDOUT
 */
export async function tunnel(proxy: TunnelProxy, target: string, within: number): Promise<Socket> {
  const { host, port, login } = proxy;
  const basic = login && Buffer.from(`${login.username}:${login.password}`).toString('base64');
  const headers = { host: target, ...(basic === undefined ? {} : { 'proxy-authorization': `Basic ${basic}` }) };
  const asked = request({ host, port, method: 'CONNECT', path: target, headers, agent: false });
  const timer = setTimeout(() => {
    asked.destroy(Object.assign(new Error('the proxy does not answer'), { code: 'ETIMEDOUT' }));
  }, within);
  try {
    return await new Promise<Socket>((resolve, reject) => {
      asked.once('error', reject);
      asked.once('connect', ({ statusCode = 0 }: IncomingMessage, socket: Socket) => {
        if (statusCode >= 200 && statusCode < 300) return resolve(socket);
        socket.destroy();
        reject(new TunnelRefused(statusCode));
      });
      asked.end();
    });
  } finally {
    clearTimeout(timer);
  }
}
