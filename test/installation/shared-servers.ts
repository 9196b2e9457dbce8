import type { S3Bucket } from '../../local/servers/on-demand.js';

/** An empty database of its own on the PostgreSQL server that all tests of a run share. Answers its URL. The first call starts the server. */
export async function freshDatabase(): Promise<string> {
  return ask<string>('databases');
}

/** An empty bucket of its own on the S3 server that all tests of a run share. The first call starts the server. */
export async function freshBucket(): Promise<S3Bucket> {
  return ask<S3Bucket>('buckets');
}

async function ask<Made>(what: string): Promise<Made> {
  const address = process.env['TEST_SERVERS'];
  if (address === undefined) {
    throw new Error('TEST_SERVERS is not set: the global setup of jest did not run. Unit tests have no servers.');
  }
  const answer = await fetch(`${address}/${what}`, { method: 'POST' });
  const said = (await answer.json()) as unknown;
  if (!answer.ok) throw new Error(String(said));
  return said as Made;
}
