import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Addresses of a header that are looked at. */
const MOST = 8;

/** Where a call came from. */
export interface Source {
  /** The IP address of the peer: the sender, or a proxy before this process. */
  from: string | undefined;
  /** What `Forwarded` and `X-Forwarded-For` name. Anybody can write them. Only IP addresses, the first hop first. */
  forwarded: string[];
}

export function sourceOf({ socket, headers }: IncomingMessage): Source {
  const forwarded = [headers.forwarded, headers['x-forwarded-for']].flat().join(',').split(',').slice(0, MOST);
  const named = forwarded.map((part) => addressIn(part)).filter((address) => address !== undefined);
  return { from: addressIn(socket.remoteAddress ?? ''), forwarded: [...new Set(named)] };
}

/** `for="[2001:db8::1]:4711";proto=https`, `203.0.113.7:80`, `::ffff:203.0.113.7`. */
function addressIn(part: string): string | undefined {
  const [, given = part] = /(?:^|;)\s*for\s*=\s*"?([^";]+)/i.exec(part) ?? [];
  const plain = given
    .trim()
    .replace(/^\[([^\]]+)\](?::\d+)?$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '');
  return [plain, plain.replace(/:\d+$/, '')].find((address) => isIP(address) !== 0 && !address.includes('%'));
}
