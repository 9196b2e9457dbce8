import { createSecureContext } from 'node:tls';
import { buildConnector } from 'undici';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import { resolveSecret } from '../../security/secret.js';

/** Our certificate for mutual TLS: PEM, by reference (`env:NAME`, `file:PATH`). */
export interface ClientCertificate {
  certificate: string;
  key: string;
  passphrase?: string | undefined;
}

/** PEM. */
interface Identity {
  cert: string;
  key: string;
  passphrase?: string;
}

/**
 * A connector that uses a client certificate. The references are read for every connection. So a renewed certificate needs no
 * restart, and an error in one fails the call and not the process.
 */
export function withClientCertificate(
  options: buildConnector.BuildOptions,
  references: ClientCertificate | undefined,
): buildConnector.connector {
  if (references === undefined) return buildConnector(options);
  let last: { identity: Identity; connect: buildConnector.connector } | undefined;
  const asked = references;
  async function connector(): Promise<buildConnector.connector> {
    const identity = await identityFrom(asked);
    // An unchanged certificate keeps its connector, which remembers TLS sessions.
    if (last === undefined || !same(last.identity, identity)) {
      last = { identity, connect: buildConnector({ ...options, ...identity }) };
    }
    return last.connect;
  }
  async function connected(...[place, callback]: Parameters<buildConnector.connector>): Promise<void> {
    let connect: buildConnector.connector;
    try {
      connect = await connector();
    } catch (error) {
      callback(error instanceof Error ? error : new Error('no client certificate'), null);
      return;
    }
    connect(place, callback);
  }
  return (place, callback) => void connected(place, callback);
}

/** @throws VideoIdError SECRET_NOT_FOUND for a reference that cannot be read; BAD_SETTING for a certificate or key that cannot be used. */
async function identityFrom(references: ClientCertificate): Promise<Identity> {
  const [cert, key, passphrase] = await Promise.all([
    resolveSecret(references.certificate, 'certificate'),
    resolveSecret(references.key, 'key'),
    references.passphrase === undefined ? undefined : resolveSecret(references.passphrase, 'passphrase'),
  ]);
  const identity = {
    cert: cert.reveal(),
    key: key.reveal(),
    ...defined({ passphrase: passphrase?.reveal() }),
  };
  try {
    createSecureContext(identity);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new VideoIdError('BAD_SETTING', `The client certificate and its key cannot be used (${code}).`, {
      field: 'certificate',
      remedy: 'Give a certificate and its key in PEM, and the passphrase if the key has one.',
    });
  }
  return identity;
}

function same(one: Identity, other: Identity): boolean {
  return one.cert === other.cert && one.key === other.key && one.passphrase === other.passphrase;
}
