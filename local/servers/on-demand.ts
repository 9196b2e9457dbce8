import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openScreen } from '../screen.js';
import { PostgresServer } from './postgres-server.js';
import { type S3Access, S3Server } from './s3-server.js';

/** A bucket, and how to reach it. */
export interface S3Bucket extends S3Access {
  bucket: string;
}

/** One PostgreSQL and one S3 server for many processes. Each is started when the first of them asks. */
export interface ServersOnDemand {
  /** `POST /databases` makes a database and answers its URL. `POST /buckets` makes a bucket and answers an `S3Bucket`. Both in JSON. */
  address: string;
  /** Stops what was started, and removes its data. */
  close(): Promise<void>;
}

/** The servers end with this process, however it ends. Nothing is installed or built for them. */
export async function serveOnDemand(): Promise<ServersOnDemand> {
  const order = { screen: openScreen({ write: () => true }), make: false };
  let postgres: Promise<PostgresServer> | undefined;
  let s3: Promise<S3Server> | undefined;
  const makes: Record<string, () => Promise<string | S3Bucket>> = {
    '/databases': async () => (await (postgres ??= PostgresServer.start(order))).createDatabase(),
    '/buckets': async () => {
      const server = await (s3 ??= S3Server.start(order));
      return { ...server.access, bucket: await server.createBucket() };
    },
  };
  const listener = createServer((request, response) => {
    void (async () => {
      try {
        const made = await makes[request.url ?? '']?.();
        response.writeHead(made === undefined ? 404 : 200).end(JSON.stringify(made ?? 'There is no such thing.'));
      } catch (error) {
        response.writeHead(500).end(JSON.stringify(error instanceof Error ? error.message : String(error)));
      }
    })();
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    async close() {
      listener.closeAllConnections();
      listener.close();
      for (const server of await Promise.allSettled([postgres, s3]))
        if (server.status === 'fulfilled') await server.value?.close();
    },
  };
}
