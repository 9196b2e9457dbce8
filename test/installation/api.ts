import { readFileSync } from 'node:fs';
import { apiTokenFile } from '../../local/local-config.js';
import type { Installation } from './installation.js';

/** One message of a stream of Server-Sent Events. */
export interface Told {
  event: string;
  id?: string;
  data: unknown;
}

/** The HTTP API of an installation, as a program of the requester calls it. */
export function apiOf({ config, state }: Installation) {
  const { host, port } = config.gateway;
  const headers = { authorization: `Bearer ${readFileSync(apiTokenFile(state), 'utf8').trim()}` };
  const call = async (path: string, more: Record<string, string> = {}): Promise<Response> => {
    const answer = await fetch(`http://${host}:${port}${path}`, { headers: { ...headers, ...more } });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  return {
    get: async (path: string): Promise<unknown> => (await call(path)).json(),

    /** Reads a stream until it ends. @param last the id of the last message that is known */
    follow: async (path: string, tell: (told: Told) => void, last?: string): Promise<void> => {
      const { body } = await call(path, last === undefined ? {} : { 'last-event-id': last });
      let text = '';
      for await (const chunk of body ?? []) {
        text += Buffer.from(chunk as Uint8Array).toString();
        const parts = text.split('\n\n');
        text = parts.pop() ?? '';
        for (const part of parts) if (!part.startsWith(':')) tell(toldIn(part));
      }
    },
  };
}

function toldIn(part: string): Told {
  const fields = new Map(
    part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const),
  );
  const id = fields.get('id');
  const data: unknown = JSON.parse(fields.get('data') ?? '{}');
  return { event: fields.get('event') ?? '', ...(id === undefined ? {} : { id }), data };
}
