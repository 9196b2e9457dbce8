import { clockSays } from './clock.js';
import type { CertificateFault } from './client-certificate.js';
import type { TlsLook } from './tls-look.js';

/** Our side of a connection, for the words. */
export interface TlsSide {
  host: string;
  /** The settings that people correct. */
  settings: { address: string; ca: string; certificate?: string | undefined };
  /** What is wrong with our client certificate. Undefined if we have none. */
  faults?: readonly CertificateFault[] | undefined;
}

/** Why TLS fails, in one sentence, and what to do. `ours`: because of our own certificate. */
export interface TlsCause {
  words: string;
  remedy: string;
  ours: boolean;
}

/** Why TLS with a server fails. Undefined if that is not the cause. */
export function tlsCauseOf(look: TlsLook, side: TlsSide, now = new Date()): TlsCause | undefined {
  if (look.distrust !== undefined) return distrustOf(look.distrust, look, side, now);
  const { end } = look;
  if (end === undefined) return undefined;
  if (NOT_TLS.test(end)) {
    return theirs(
      'the server does not speak TLS at this port',
      `Correct the port or the scheme in ${side.settings.address}.`,
    );
  }
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS|VERSION_TOO_LOW/.test(end)) {
    const words = 'the server has no version of TLS that this side accepts: it must be 1.2 or newer';
    return theirs(words, 'Have the server accept TLS 1.2 or 1.3.');
  }
  if (CERTIFICATE_ALERT.test(end)) return refusedOf(`(${alertOf(end)})`, side);
  const brokenOff = look.answers && (end === 'closed' || end === 'ECONNRESET' || end === 'EPIPE');
  if (/HANDSHAKE_FAILURE/.test(end) || brokenOff) return brokenOffOf(end, look, side);
  return /_SSL_|_TLS_|CERT|EPROTO/.test(end) ? theirs(`TLS failed (${end})`, CHECK_PATH) : undefined;
}

/** Codes with which a certificate of a server, or a whole handshake, fails. */
export function isTlsCode(code: string): boolean {
  return /CERT|_SSL_|_TLS_|EPROTO|SIGNATURE|_CRL|INVALID_(CA|PURPOSE)|PATH_LENGTH|HOSTNAME_MISMATCH/.test(code);
}

/** In TLS 1.3, a server refuses our certificate after our side of the handshake. It has not read the request then. */
export const CERTIFICATE_ALERT =
  /_ALERT_(BAD_CERTIFICATE\w*|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/;

const NOT_TLS = /WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_TOO_SMALL/;

const CHECK_PATH = 'Check the server, and the proxies and firewalls between here and there.';

function theirs(words: string, remedy: string): TlsCause {
  return { words, remedy, ours: false };
}

function distrustOf(code: string, { certificate }: TlsLook, { host, settings }: TlsSide, now: Date): TlsCause {
  const issuer = /^CN=(.+)$/m.exec(certificate?.issuer ?? '')?.[1]?.slice(0, 100);
  const by = issuer === undefined ? '' : ` "${issuer}"`;
  const trust = `If it is the right server, put the certificate of its CA into ${settings.ca}. If a proxy opens TLS on the way, put the proxy's there. No restart is needed.`;
  switch (code) {
    case 'CERT_HAS_EXPIRED': {
      const at =
        certificate !== undefined && certificate.validToDate < now
          ? ` at ${certificate.validToDate.toISOString()}`
          : '';
      const words = `the server's certificate${at === '' ? ', or one in its chain,' : ''} expired${at}, ${clockSays(now)}`;
      return theirs(words, 'Have it renewed. If the clock is wrong, correct it.');
    }
    case 'CERT_NOT_YET_VALID': {
      const from = certificate === undefined ? '' : ` before ${certificate.validFromDate.toISOString()}`;
      const words = `the server's certificate is not valid yet${from}, ${clockSays(now)}`;
      return theirs(words, 'If the clock is wrong, correct it. If not, have the certificate of the server corrected.');
    }
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH': {
      const words = `the server's certificate is ${namesIn(certificate?.subjectAltName)}, and not for ${host}`;
      return theirs(words, `Correct the name in ${settings.address}, or see whether a proxy answers in its place.`);
    }
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return theirs(`the server's certificate is not trusted: it is self-signed`, trust);
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return theirs(`the server's certificate is not trusted: its CA${by} is unknown here`, trust);
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return theirs(
        `the server's certificate is not trusted: its issuer${by} is unknown here, and the server sends no certificate of it`,
        `The server should send its whole chain. ${trust}`,
      );
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return theirs(
        `the server's certificate is not trusted: a CA above it, or its issuer${by}, is unknown here`,
        trust,
      );
    default:
      return theirs(`the server's certificate is not trusted (${code})`, trust);
  }
}

/** `DNS:a.example, IP Address:10.0.0.1`. */
function namesIn(alternatives: string | undefined): string {
  const names = (alternatives ?? '')
    .split(', ')
    .flatMap((each) => /^(?:DNS|IP Address):([\w.*:-]+)$/.exec(each)?.[1] ?? []);
  if (names.length === 0) return 'for another name';
  return `for ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and others' : ''}`;
}

function refusedOf(how: string, { faults, settings }: TlsSide): TlsCause {
  if (faults === undefined) {
    const words = `the server wants a client certificate ${how}, and the settings have none for it`;
    return { words, remedy: `Check ${settings.address}, or have the server accept us without one.`, ours: false };
  }
  const [fault] = faults;
  const said = fault === undefined ? '' : `: ${fault.words}`;
  return {
    words: `the server does not accept our client certificate ${how}${said}`,
    remedy:
      fault?.remedy ??
      `Check that ${settings.certificate ?? 'the certificate'} is the one that the provider knows. No restart is needed.`,
    ours: true,
  };
}

/** Without an alert, nobody says why. If we show a certificate, it is the most likely reason. */
function brokenOffOf(end: string, { secured }: TlsLook, side: TlsSide): TlsCause {
  const moment = secured ? 'right after' : 'during';
  if (side.faults !== undefined) return refusedOf(`(it ends the connection ${moment} the handshake)`, side);
  const words = `the server ends the connection ${moment} the TLS handshake${/ALERT/.test(end) ? ' (handshake failure)' : ''}`;
  return theirs(words, `It may want a client certificate, or other ciphers, or speak only HTTP/2. ${CHECK_PATH}`);
}

/** `ERR_SSL_TLSV1_ALERT_UNKNOWN_CA` says `unknown ca`. */
function alertOf(code: string): string {
  return (/_ALERT_(.+)$/.exec(code)?.[1] ?? code).toLowerCase().replaceAll('_', ' ');
}
