import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits until no other process has the lock of the folder, then takes it. The lock is a listening socket, so it ends with our process,
 * however that ends. Others wait for the end of their connection to it. Returns how to release it.
 *
 * @param waiting wraps the waiting, to show it
 */
export async function lockFolder(folder, waiting) {
  const address = addressFor(folder);
  let release = await tryLock(address);
  if (release) return release;
  return waiting(async () => {
    while (!release) {
      await untilReleased(address);
      release = await tryLock(address);
    }
    return release;
  });
}

/** On Linux a name without a file, which nobody needs to remove. */
function addressFor(folder) {
  const name = `videoid-worker-${createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 32)}`;
  return process.platform === 'linux' ? `\0${name}` : join(tmpdir(), name);
}

async function tryLock(address) {
  const waiting = new Set();
  const server = createServer((socket) => {
    waiting.add(socket.on('error', () => {}));
    socket.once('close', () => waiting.delete(socket)).unref();
  });
  const taken = await new Promise((resolve, reject) => {
    server.once('error', (error) => (error.code === 'EADDRINUSE' ? resolve(true) : reject(error)));
    server.listen(address, () => resolve(false));
  });
  if (taken) return undefined;
  server.unref();
  return () => {
    server.close();
    for (const socket of waiting) socket.destroy();
  };
}

async function untilReleased(address) {
  const refused = await new Promise((resolve) => {
    const socket = createConnection(address);
    socket.resume().once('error', (error) => resolve(error.code === 'ECONNREFUSED'));
    socket.once('close', () => resolve(false));
  });
  if (!refused) return;
  // The owner was killed. On Linux the name is free by now, elsewhere the file is left.
  if (!address.startsWith('\0')) rmSync(address, { force: true });
  await pause(50);
}
