import { VideoIdError } from '../../messages/failures.js';

export interface ListenAddress {
  host: string;
  /** 0: any free port. */
  port: number;
}

/** `8085`, `0.0.0.0:8085`, `[::1]:8085`. Without a host, only this machine reaches it. @throws VideoIdError BAD_INPUT */
export function listenAddress(text: string): ListenAddress {
  const [, host = '127.0.0.1', digits = ''] = /^(?:([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits !== '' && port <= 65_535) return { host: host.replaceAll(/[[\]]/g, ''), port };
  throw new VideoIdError('BAD_INPUT', `“${text.slice(0, 60)}” is no address to listen on.`, {
    field: '--listen',
    remedy: 'Give a port, or a host of this machine and a port: 8085, 0.0.0.0:8085.',
  });
}
