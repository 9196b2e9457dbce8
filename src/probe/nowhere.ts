import { Readable } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { Http, type HttpSettings } from '../uanataca/http/http.js';
import { Loss } from '../uanataca/http/loss.js';

/** A call that no API has, and that the product's client does not have either. What comes is recorded. */
export async function readNowhere(settings: HttpSettings, place: { basePath: string; path: string }): Promise<void> {
  const { basePath, path } = place;
  const http = new Http(settings, {
    name: 'the provider',
    addressSetting: '',
    caSetting: '',
    proxySetting: '',
    basePath,
  });
  try {
    const { body } = await http.send({ method: 'GET', path }, false);
    await textOf(body instanceof Readable ? body : Readable.from(body));
  } catch (error) {
    if (!(error instanceof Loss)) throw error;
  } finally {
    await http.close();
  }
}
