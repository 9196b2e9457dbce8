import { lookByTls, type TlsLook } from '../../network/tls-look.js';
import { isTlsCode, tlsCauseOf, type TlsSide } from '../../network/tls-words.js';
import type { Server } from './address.js';
import type { Connector, TlsFiles } from './connector.js';
import { Loss } from './loss.js';

/** How long a server is looked at. Milliseconds. */
const LOOK_WITHIN = 3000;

/** These ends of a connection have many causes. Another look tells whether it is TLS. */
const CUT = /^(UND_ERR_SOCKET|ECONNRESET|EPIPE|HPE_\w+)$/;

/** Where a call was lost, and what our side has for it. */
export interface LostCall {
  origin: string;
  server: Server;
  files: TlsFiles;
  /** Opens the way through the outbound proxy, if there is one. */
  connector: Pick<Connector, 'tunnel'>;
  /** Milliseconds. */
  connectWithin: number;
}

/**
 * Finds out whether TLS is the cause of a loss, by another look at the server. Returns the loss with the true cause, or as it
 * was. Nothing that is found out later changes whether the request was sent.
 */
export async function explained(loss: Loss, call: LostCall): Promise<Loss> {
  if (!isTlsCode(loss.error) && !CUT.test(loss.error)) return loss;
  const { hostname, port, protocol } = new URL(call.origin);
  const host = hostname.replace(/^\[|\]$/g, '');
  const { ca, identity, faults } = call.files;
  const place = { host, port: Number(port || (protocol === 'https:' ? 443 : 80)), ca, identity };
  const tunnelled = await call.connector.tunnel(`${hostname}:${place.port}`);
  const look = await lookByTls(place, Math.min(call.connectWithin, LOOK_WITHIN), tunnelled);
  if (protocol === 'http:') return look.secured ? speaksTls(loss, call.server) : loss;
  const { addressSetting: address, caSetting, certificateSetting } = call.server;
  const side: TlsSide = { host, faults, settings: { address, ca: caSetting, certificate: certificateSetting } };
  const cause = tlsCauseOf(look, side) ?? tlsCauseOf(lookOf(loss.error), side);
  if (cause === undefined) return loss;
  const code = cause.ours ? 'CLIENT_CERTIFICATE_FAILED' : 'TLS_FAILED';
  return new Loss(loss.sent, `TLS: ${cause.words}`, { code, remedy: cause.remedy, error: loss.error });
}

function speaksTls({ sent, error }: Loss, { addressSetting }: Server): Loss {
  const remedy = `Write https:// in ${addressSetting}, then restart.`;
  const words = 'TLS: the server speaks TLS at this port, and the address begins with http://';
  return new Loss(sent, words, { code: 'TLS_FAILED', remedy, error });
}

/** If the second look shows nothing, because the fault is gone again, the first error says what it was. */
function lookOf(error: string): TlsLook {
  const seen = { answers: true, secured: false };
  if (!isTlsCode(error)) return seen;
  return /^ERR_SSL_|^EPROTO/.test(error) ? { ...seen, end: error } : { ...seen, distrust: error };
}
