import type { IncomingMessage } from 'node:http';
import { sourceOf } from '../../src/http/source-address.js';

function source(remoteAddress: string, headers: object): object {
  return sourceOf({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
}

describe('where a call came from', () => {
  it('is the address of the peer', () => {
    expect(source('::ffff:203.0.113.7', {})).toEqual({ from: '203.0.113.7', forwarded: [] });
    expect(source('fe80::1%eth0', {})).toEqual({ from: undefined, forwarded: [] });
  });

  it('is also what proxies name, if it is an IP address', () => {
    const headers = {
      forwarded: 'for="[2001:db8::1]:4711";proto=https, for=unknown;by=203.0.113.9',
      'x-forwarded-for': 'ana.ejemplo@example.com, 203.0.113.7:80, 203.0.113.7, 1.2.3',
    };
    expect(source('127.0.0.1', headers)).toEqual({ from: '127.0.0.1', forwarded: ['2001:db8::1', '203.0.113.7'] });
  });

  it('looks only at the first of many', () => {
    const many = Array.from({ length: 100 }, (_, index) => `10.0.0.${index}`).join(',');
    expect(source('127.0.0.1', { 'x-forwarded-for': many })).toMatchObject({ forwarded: { length: 7 } });
  });
});
