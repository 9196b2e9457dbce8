import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import { readGuarded } from '../../security/guarded-file.js';
import { resolveSecret } from '../../security/secret.js';
import {
  type CertificateFault,
  type ClientIdentity,
  faultsOf,
  noCertificatesIn,
} from '../../network/client-certificate.js';
import { Loss, NotConnected } from './loss.js';
import type { OutboundProxy } from './proxy.js';

/** Our certificate for mutual TLS: PEM, by reference (`env:NAME`, `file:PATH`). */
export interface ClientCertificate {
  certificate: string;
  key: string;
  passphrase?: string | undefined;
}

/** What one side of TLS is made of. PEM. */
export interface TlsFiles {
  ca?: string;
  identity?: ClientIdentity;
  /** What is wrong with the identity, and was not so wrong that it cannot be used. */
  faults?: readonly CertificateFault[];
}

interface TlsReferences {
  /** The path of a PEM file. */
  ca?: string | undefined;
  clientCertificate?: ClientCertificate | undefined;
}

/**
 * Opens connections to a server. The files are read for every connection. So a renewed certificate needs no restart, and an
 * error in one fails the call and not the process.
 */
export class Connector {
  readonly #options: buildConnector.BuildOptions;
  readonly #timeout: number;
  readonly #references: TlsReferences;
  readonly #proxy: OutboundProxy | undefined;
  #last: { files: TlsFiles; connect: buildConnector.connector } | undefined;

  constructor(timeout: number, references: TlsReferences, proxy: OutboundProxy | undefined) {
    this.#timeout = timeout;
    this.#options = { timeout, allowH2: false };
    this.#references = references;
    this.#proxy = proxy;
  }

  /** For undici. It marks its failures: a request that fails before the connection exists was not sent. */
  readonly connect: buildConnector.connector = (place, callback) => void this.#connect(place, callback);

  /** The files as they are now. @throws VideoIdError, Loss */
  async files(): Promise<TlsFiles> {
    const { ca, clientCertificate } = this.#references;
    const identity = clientCertificate && (await identityFrom(clientCertificate));
    const faults = identity && faultsOf(identity);
    const [fault] = faults ?? [];
    if (fault?.unusable === true) {
      const more = { code: 'CLIENT_CERTIFICATE_FAILED', remedy: fault.remedy } as const;
      throw new Loss(false, `our client certificate cannot be used: ${fault.words}`, more);
    }
    return defined({ ca: ca === undefined ? undefined : await caFrom(ca), identity, faults });
  }

  /** A connection through the outbound proxy. Undefined if there is none. @throws Loss, VideoIdError */
  async tunnel(target: string): Promise<Socket | undefined> {
    return await this.#proxy?.connect(target, this.#timeout);
  }

  async #connect(...[place, callback]: Parameters<buildConnector.connector>): Promise<void> {
    let connect: buildConnector.connector;
    let tunnelled: Socket | undefined;
    try {
      connect = await this.#connector();
      const isTls = place.protocol === 'https:';
      tunnelled = await this.tunnel(`${place.hostname}:${place.port || (isTls ? 443 : 80)}`);
      if (tunnelled !== undefined && !isTls) return callback(null, tunnelled);
    } catch (error) {
      callback(new NotConnected(error instanceof Error ? error : new Error('no certificate')), null);
      return;
    }
    try {
      connect({ ...place, ...defined({ httpSocket: tunnelled }) }, (...result) => {
        if (result[0] === null) callback(null, result[1]);
        else callback(new NotConnected(result[0]), null);
      });
    } catch (error) {
      callback(new NotConnected(error instanceof Error ? error : new Error('no connection')), null);
    }
  }

  /** Unchanged files keep their connector, which remembers TLS sessions. */
  async #connector(): Promise<buildConnector.connector> {
    const files = await this.files();
    if (this.#last === undefined || !isSame(this.#last.files, files)) {
      const { ca, identity } = files;
      this.#last = { files, connect: buildConnector({ ...this.#options, ...defined({ ca }), ...identity }) };
    }
    return this.#last.connect;
  }
}

/**
 * Reads our certificate and its key.
 *
 * @param at the setting that they are in, for errors
 * @throws VideoIdError SECRET_NOT_FOUND for a reference that cannot be read
 */
async function identityFrom(references: ClientCertificate, at?: string): Promise<ClientIdentity> {
  const field = (name: string): string => (at === undefined ? name : `${at}.${name}`);
  const [cert, key, passphrase] = await Promise.all([
    resolveSecret(references.certificate, field('certificate')),
    resolveSecret(references.key, field('key')),
    references.passphrase === undefined ? undefined : resolveSecret(references.passphrase, field('passphrase')),
  ]);
  return { cert: cert.reveal(), key: key.reveal(), ...defined({ passphrase: passphrase?.reveal() }) };
}

/**
 * Our certificate, if nothing is wrong with it as far as it shows here.
 *
 * @param at the setting that it is in
 * @throws VideoIdError CLIENT_CERTIFICATE_FAILED, SECRET_NOT_FOUND
 */
export async function soundIdentityFrom(references: ClientCertificate, at: string): Promise<ClientIdentity> {
  const identity = await identityFrom(references, at);
  const faults = faultsOf(identity);
  if (faults.length === 0) return identity;
  const words = `The client certificate cannot be used: ${faults.map((fault) => fault.words).join('; ')}.`;
  const remedies = [...new Set(faults.map(({ remedy }) => remedy)), 'No restart is needed.'];
  throw new VideoIdError('CLIENT_CERTIFICATE_FAILED', words, { field: at, remedy: remedies.join(' ') });
}

/** @throws VideoIdError BAD_SETTING */
async function caFrom(path: string): Promise<string> {
  try {
    const pem = await readGuarded(path, 'ca');
    const fault = noCertificatesIn(pem);
    if (fault === undefined) return pem;
    throw new VideoIdError('BAD_SETTING', `The CA file ${path} cannot be used: ${fault.words}.`, {
      field: 'ca',
      remedy: fault.remedy,
    });
  } catch (cause) {
    if (cause instanceof VideoIdError) throw cause;
    throw new VideoIdError('BAD_SETTING', `The CA file ${path} cannot be read.`, {
      field: 'ca',
      remedy: 'Name a PEM file that this process may read.',
      cause,
    });
  }
}

function isSame(one: TlsFiles, other: TlsFiles): boolean {
  const [{ identity: mine }, { identity: theirs }] = [one, other];
  return (
    one.ca === other.ca &&
    mine?.cert === theirs?.cert &&
    mine?.key === theirs?.key &&
    mine?.passphrase === theirs?.passphrase
  );
}
