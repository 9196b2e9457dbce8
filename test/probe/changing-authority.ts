import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Agent, request } from 'undici';
import { certificateFor } from '../uanataca/test-certificates.js';
import type { Served } from './enrolment-place.js';

/** An answer of the provider, or what comes in its place. */
export interface Passed {
  status: number;
  type: string;
  body: string;
}

/** Which call it is: `POST /requests/`. */
export type Change = (call: string, answer: Passed) => Passed;

/** The provider as it might also be: every answer goes through a change. */
export async function changingProxy(behind: Served, folder: string): Promise<ChangingProxy> {
  const own = await certificateFor('127.0.0.1');
  const ca = join(folder, 'changing-proxy.pem');
  writeFileSync(ca, own.certificate);
  const agent = new Agent({ connect: { ca: pem(behind.ca), cert: pem(behind.certificate), key: pem(behind.key) } });
  const proxy = { change: (_: string, answer: Passed): Passed => answer };
  const server = createServer({ cert: own.certificate, key: own.key }, (incoming, outgoing) => {
    void (async () => {
      const url = new URL(incoming.url ?? '/', behind.address);
      const call = `${incoming.method ?? ''} ${url.pathname.replace('/api/v1', '').replaceAll(/\d+/g, 'N')}`;
      const { status, type, body } = proxy.change(call, await passedOn(incoming, url, agent));
      outgoing.writeHead(status, { 'content-type': type }).end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(proxy, {
    served: { ...behind, address: `https://127.0.0.1:${port}`, ca },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await agent.destroy();
    },
  });
}

async function passedOn(incoming: IncomingMessage, url: URL, dispatcher: Agent): Promise<Passed> {
  const sent = await buffer(incoming);
  const type = incoming.headers['content-type'];
  const { statusCode, headers, body } = await request(url, {
    method: incoming.method ?? 'GET',
    dispatcher,
    ...(type === undefined ? {} : { headers: { 'content-type': type } }),
    ...(sent.length === 0 ? {} : { body: sent }),
  });
  return { status: statusCode, type: String(headers['content-type']), body: await body.text() };
}

function pem(path: string): string {
  return readFileSync(path, 'utf8');
}

export interface ChangingProxy {
  change: Change;
  served: Served;
  close(): Promise<void>;
}
