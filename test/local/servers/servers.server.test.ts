import { setTimeout as pause } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Client } from 'pg';
import { PostgresServer } from '../../../local/servers/postgres-server.js';
import { S3Server } from '../../../local/servers/s3-server.js';
import { freshBucket, freshDatabase } from '../../installation/shared-servers.js';

describe('a PostgreSQL server of our own', () => {
  let server: PostgresServer;
  let url: string;

  beforeAll(async () => {
    server = await PostgresServer.start({ make: false });
    url = await server.createDatabase();
    await rows('CREATE TABLE kept (name text)');
  });
  afterAll(async () => server.close());

  it('sorts by a language, so that a missing COLLATE "C" is noticed', async () => {
    const names = `(VALUES ('a'), ('B')) AS names (name)`;
    expect(await rows(`SELECT name FROM ${names} ORDER BY name`)).toEqual([{ name: 'a' }, { name: 'B' }]);
    expect(await rows(`SELECT name FROM ${names} ORDER BY name COLLATE "C"`)).toEqual([{ name: 'B' }, { name: 'a' }]);
  });

  it('asks for the password', async () => {
    const without = new Client({ connectionString: url.replace(/:[^:@]+@/, ':wrong@') });
    await expect(without.connect()).rejects.toThrow('password authentication failed');
  });

  it('gives each name a database of its own', async () => {
    const other = await server.createDatabase('other');
    await expect(rows('SELECT * FROM kept', other)).rejects.toThrow('relation "kept" does not exist');
    await server.dropDatabase('other');
    await expect(rows('SELECT 1', other)).rejects.toThrow('database "other" does not exist');
  });

  it('is killed with open connections, and comes back with what was committed', async () => {
    await rows(`INSERT INTO kept VALUES ('before the kill')`);
    const open = new Client({ connectionString: url });
    const cut = new Promise<void>((resolve) => open.on('error', () => resolve()));
    await open.connect();
    await server.kill();
    await cut;
    await expect(rows('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await server.start();
    expect(await rows('SELECT * FROM kept')).toEqual([{ name: 'before the kill' }]);
  });

  it('stops although somebody is connected, and comes back', async () => {
    const open = new Client({ connectionString: url });
    open.on('error', () => undefined);
    await open.connect();
    await server.stop();
    await server.start();
    expect(await rows('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('stands still, and goes on', async () => {
    const open = new Client({ connectionString: url });
    await open.connect();
    server.pause();
    const order: string[] = [];
    const answers = [
      open.query('SELECT 1').then(() => order.push('open')),
      rows('SELECT 1').then(() => order.push('new')),
    ];
    await pause(300);
    order.push('resumed');
    server.resume();
    await Promise.all(answers);
    await open.end();
    expect(order[0]).toBe('resumed');
  });

  async function rows(sql: string, connectionString = url): Promise<unknown[]> {
    const client = new Client({ connectionString });
    await client.connect();
    try {
      return (await client.query<object>(sql)).rows;
    } finally {
      await client.end();
    }
  }
});

describe('an S3 server of our own', () => {
  let server: S3Server;
  let client: S3Client;
  let bucket: string;

  beforeAll(async () => {
    server = await S3Server.start({ make: false });
    client = server.client();
    bucket = await server.createBucket();
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  it('keeps an object', async () => {
    await put('a/b', 'content');
    expect(await get('a/b')).toBe('content');
  });

  it('refuses another key', async () => {
    const stranger = await fetch(`${server.access.endpoint}/${bucket}/a/b`);
    expect(stranger.status).toBe(403);
  });

  it('is killed, and comes back with its objects', async () => {
    await put('kept', 'before the kill');
    await server.kill();
    await expect(fetch(server.access.endpoint)).rejects.toThrow('fetch failed');
    await server.start();
    expect(await get('kept')).toBe('before the kill');
  });

  it('stands still, and goes on', async () => {
    server.pause();
    const order: string[] = [];
    const answer = put('slow', 'content').then(() => order.push('answered'));
    await pause(300);
    order.push('resumed');
    server.resume();
    await answer;
    expect(order).toEqual(['resumed', 'answered']);
  });

  async function put(key: string, content: string): Promise<void> {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
  }

  async function get(key: string): Promise<string | undefined> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body?.transformToString();
  }
});

describe('the servers that all tests share', () => {
  it('give each file a database of its own', async () => {
    const urls = await Promise.all([freshDatabase(), freshDatabase()]);
    const [one, other] = urls.map((url) => new URL(url));
    expect(one?.host).toBe(other?.host);
    expect(one?.pathname).not.toBe(other?.pathname);
    const client = new Client({ connectionString: urls[0] });
    await client.connect();
    await client.end();
  });

  it('give each file a bucket of its own', async () => {
    const [one, other] = await Promise.all([freshBucket(), freshBucket()]);
    expect(one.endpoint).toBe(other.endpoint);
    expect(one.bucket).not.toBe(other.bucket);
  });
});
