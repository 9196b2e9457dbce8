import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Callbacks, type CallbackSources, receiveCallbacks } from '../../src/probe/callbacks/callbacks.js';
import type { SeenCallback } from '../../src/probe/file.js';
import { ProbeRun } from '../../src/probe/run.js';
import { ProbeStorage } from '../../src/probe/storage.js';

/** Ids of the probe's requests. */
export const MAIN = 1012632;
export const SECOND = 1012633;

/** A probe that takes callbacks, on real files. */
export interface CallbackPlace {
  /** The file of the probe. */
  path: string;
  run: ProbeRun;
  callbacks: Callbacks;
  /** Sends a body to the address. */
  send(body: unknown, more?: RequestInit & { path?: string }): Promise<Response>;
  /** The callbacks so far, once there are this many. */
  seen(count: number): Promise<readonly SeenCallback[]>;
  /** Stops the probe and takes it up again. */
  restart(sources?: CallbackSources): Promise<void>;
  close(): Promise<void>;
}

export async function openCallbackPlace(sources: CallbackSources = { listen: '0' }): Promise<CallbackPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'probe-callbacks-'));
  const storage = await ProbeStorage.fresh(folder, new Date());
  const secrets = {
    registrationAuthority: '139',
    signer: { phone: '+34600123987', email: 'canary.person@mail.example' },
    profile: 'PFnubeQAFCiudadano',
    documents: [],
  };
  const run = await ProbeRun.begin(storage, { flow: 'signature', env: 'sandbox', assumed: {}, secrets }, new Date());
  run.begin('create');
  const place: CallbackPlace = {
    path: storage.path,
    run,
    callbacks: await receiveCallbacks(run, sources),
    send: async (body, { path = '', ...more } = {}) =>
      fetch(`${place.callbacks.address}${path}`, {
        method: 'POST',
        body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
        ...more,
      }),
    async seen(count) {
      while (place.run.file.callbacks.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
      return place.run.file.callbacks;
    },
    async restart(again = sources) {
      await place.callbacks.close();
      place.run = await ProbeRun.resume(storage);
      place.callbacks = await receiveCallbacks(place.run, again);
    },
    async close() {
      await place.callbacks.close();
      await rm(folder, { recursive: true });
    },
  };
  return place;
}
