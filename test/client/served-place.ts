import type { Archive } from '../../src/archive/archive.js';
import { openPlace, type Place } from './place.js';
import { connectServer, type Server } from './server.js';

/** A place whose requests are carried out by the stand-in workflow. */
export interface ServedPlace {
  server: Server;
  place: Place;
  archive: Archive;
  close: () => Promise<void>;
}

export async function openServedPlace(): Promise<ServedPlace> {
  const server = await connectServer();
  const place = await openPlace(server.settings);
  const stopWorker = await server.startWorker(place.config);
  const close = async (): Promise<void> => {
    await stopWorker();
    await place.close();
    await server.close();
  };
  return { server, place, archive: place.archive, close };
}
