import type { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { defined } from '../messages/defined.js';
import type { ClientIdentity } from './client-certificate.js';

/** A server, and what our side of TLS has. */
export interface TlsPlace {
  host: string;
  port: number;
  /** PEM of the CAs that are trusted in place of those of Node. */
  ca?: string | undefined;
  identity?: ClientIdentity | undefined;
}

/** What a server does when somebody connects by TLS and says nothing. */
export interface TlsLook {
  /** Whether any byte came. */
  answers: boolean;
  /** Whether the handshake came to its end on our side. */
  secured: boolean;
  /** Why its certificate is not accepted: a code of Node. */
  distrust?: string;
  /** The certificate that it showed. */
  certificate?: X509Certificate;
  /** How the server ended the connection: the code of an error, or `closed`. Nothing if it waits for us. */
  end?: string;
}

/** A server that waits so long for us has accepted the handshake, in TLS 1.3 too. Milliseconds. */
const WAITS = 250;

/**
 * Connects only to find out why connections fail. Nothing is sent over it, so the certificate need not be trusted.
 *
 * @param within milliseconds
 * @param tunnelled a connection that is open already
 */
export async function lookByTls(
  { host, port, ca, identity }: TlsPlace,
  within: number,
  tunnelled?: Socket,
): Promise<TlsLook> {
  const seen: TlsLook = { answers: false, secured: false };
  const tcp = tunnelled ?? connectTcp({ host, port });
  const before = tcp.bytesRead;
  await new Promise<void>((resolve) => {
    const end = (how?: string): void => {
      if (how !== undefined) seen.end ??= how;
      resolve();
    };
    const timer = setTimeout(end, within);
    tcp.once('data', () => (seen.answers = true));
    tcp.on('error', (error) => end(codeOf(error)));
    const begin = (): void => {
      const names = isIP(host) === 0 ? { servername: host } : {};
      const trusted = { ...defined({ ca }), rejectUnauthorized: false };
      const tls = connectTls({ socket: tcp, host, ...names, ...identity, ...trusted });
      tls.once('secureConnect', () => {
        seen.secured = true;
        const distrust = tls.authorizationError as Error | string | null;
        if (distrust) seen.distrust = typeof distrust === 'string' ? distrust : codeOf(distrust);
        Object.assign(seen, defined({ certificate: tls.getPeerX509Certificate() }));
        clearTimeout(timer);
        setTimeout(end, Math.min(WAITS, within));
      });
      tls.on('error', (error) => end(codeOf(error)));
      tls.once('close', () => end('closed'));
      tls.resume();
    };
    const connected = (): void => {
      try {
        begin();
      } catch (error) {
        end(error instanceof Error ? codeOf(error) : undefined); // files that OpenSSL does not take
      }
    };
    if (tunnelled === undefined) tcp.once('connect', connected);
    else connected();
    tcp.once('close', () => clearTimeout(timer));
  });
  seen.answers ||= tcp.bytesRead > before;
  tcp.destroy();
  return seen;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}
