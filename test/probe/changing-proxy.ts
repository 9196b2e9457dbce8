import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** An answer on its way. */
export interface Passing {
  method: string;
  /** Below the base path. */
  path: string;
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** Something between the probe and the provider that changes answers. */
export interface ChangingProxy {
  url: string;
  close(): Promise<void>;
}

/** @param change returns the changed answer, or undefined to leave it */
export async function changingProxy(
  target: string,
  change: (answer: Passing) => Partial<Passing> | undefined,
): Promise<ChangingProxy> {
  const server = createServer((request, response) => {
    pass(target, request, response, change).catch(() => response.destroy());
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((settle) => server.close(settle));
    },
  };
}

async function pass(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  change: (answer: Passing) => Partial<Passing> | undefined,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const body = await buffer(request);
  const answer = await fetch(`${target}${url}`, {
    method,
    headers: { 'content-type': request.headers['content-type'] ?? 'application/json' },
    body: body.length === 0 ? null : new Uint8Array(body),
    redirect: 'manual',
  });
  const passing = {
    method,
    path: url.replace('/oneshot/api/v1', ''),
    status: answer.status,
    headers: { 'content-type': answer.headers.get('content-type') ?? '' },
    body: Buffer.from(await answer.arrayBuffer()),
  };
  const changed = { ...passing, ...change(passing) };
  response.writeHead(changed.status, changed.headers);
  response.end(changed.body);
}

/** The body with some texts replaced. Files stay as they are. */
export function replaced(answer: Passing, ...pairs: readonly (readonly [string, string])[]): Buffer {
  if (answer.body.includes('%PDF-')) return answer.body;
  return Buffer.from(pairs.reduce((text, [from, to]) => text.replaceAll(from, to), answer.body.toString()));
}
