import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { defined } from '../messages/defined.js';
import { clockSays } from './clock.js';

/** Our certificate, with its chain, and its key. PEM. */
export interface ClientIdentity {
  cert: string;
  key: string;
  passphrase?: string;
}

/** Something that is wrong with our own certificate. */
export interface CertificateFault {
  words: string;
  remedy: string;
  /** Whether no connection can be made with it. If one can, the server decides. */
  unusable: boolean;
}

/** What is wrong with our certificate, as far as it shows without a server. The worst comes first. */
export function faultsOf({ cert, key, passphrase }: ClientIdentity, now = new Date()): CertificateFault[] {
  const chain = chainIn(cert);
  if (!Array.isArray(chain)) return [chain];
  const [own] = chain;
  if (own === undefined) return [unusable('there is no certificate in it', 'Give the certificate in PEM.')];
  const privateKey = keyIn(key, passphrase);
  if ('words' in privateKey) return [privateKey];
  const fault = keyFault(privateKey, own, chain) ?? orderFault(chain);
  return [...(fault === undefined ? [] : [fault]), ...chain.flatMap((each, at) => timeFaults(each, at, now))];
}

/** Why a text is no certificate or list of certificates. Undefined if it is. */
export function noCertificatesIn(pem: string): Pick<CertificateFault, 'words' | 'remedy'> | undefined {
  const chain = chainIn(pem);
  return Array.isArray(chain) ? undefined : chain;
}

/** Until when our certificate is valid. Undefined if it cannot be read. */
export function validUntil({ cert }: Pick<ClientIdentity, 'cert'>): Date | undefined {
  const chain = chainIn(cert);
  return Array.isArray(chain) ? chain[0]?.validToDate : undefined;
}

function unusable(words: string, remedy: string): CertificateFault {
  return { words, remedy, unusable: true };
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;

function chainIn(pem: string): X509Certificate[] | CertificateFault {
  const blocks = [...pem.matchAll(BLOCK)];
  const certificates = blocks.filter(([, kind = '']) => kind.endsWith('CERTIFICATE'));
  try {
    if (certificates.length > 0) return certificates.map(([block]) => new X509Certificate(block));
  } catch {
    return unusable('the certificate is damaged', 'Give the certificate in PEM again, as the provider sent it.');
  }
  return blocks.some(([, kind = '']) => kind.endsWith('PRIVATE KEY'))
    ? unusable(
        'there is a private key in place of the certificate',
        'Give the certificate there, and the key in its own setting.',
      )
    : unusable('the certificate is not in PEM', 'Give it in PEM: a text that begins with -----BEGIN CERTIFICATE-----.');
}

function keyIn(pem: string, passphrase: string | undefined): KeyObject | CertificateFault {
  try {
    return createPrivateKey({ key: pem, ...defined({ passphrase }) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (/ENCRYPTED/.test(pem)) {
      return passphrase === undefined
        ? unusable('the private key is encrypted, and there is no passphrase', 'Name the passphrase in the settings.')
        : unusable('the passphrase does not open the private key', 'Correct the passphrase.');
    }
    return unusable(`the private key cannot be read (${code})`, 'Give it in PEM: -----BEGIN PRIVATE KEY-----.');
  }
}

function keyFault(
  key: KeyObject,
  own: X509Certificate,
  chain: readonly X509Certificate[],
): CertificateFault | undefined {
  if (own.checkPrivateKey(key)) return undefined;
  if (chain.some((each) => each.checkPrivateKey(key))) {
    return unusable('the chain is in the wrong order', 'Put our own certificate first, then the one that issued it.');
  }
  const [has, wants] = [key.asymmetricKeyType, own.publicKey.asymmetricKeyType];
  return has === wants
    ? unusable(
        'the private key belongs to another certificate',
        'Give the key with which the certificate was requested.',
      )
    : unusable(
        `the private key is of another type (${has}) than the certificate (${wants})`,
        'Give the key with which the certificate was requested.',
      );
}

/** Each certificate must be issued by the next one. */
function orderFault(chain: readonly X509Certificate[]): CertificateFault | undefined {
  const wrong = chain.findIndex((each, at) => at > 0 && chain[at - 1]?.checkIssued(each) === false);
  if (wrong === -1) return undefined;
  const before = chain[wrong - 1];
  const elsewhere = chain.some((each, at) => at !== wrong && before !== each && before?.checkIssued(each));
  return {
    words: elsewhere
      ? 'the chain is in the wrong order'
      : `the intermediate certificate is the wrong one: certificate ${wrong + 1} in the file did not issue the one before it`,
    remedy: 'Put our own certificate first, and after each certificate the one that issued it.',
    unusable: false,
  };
}

function timeFaults({ validFromDate, validToDate }: X509Certificate, at: number, now: Date): CertificateFault[] {
  const which = at === 0 ? 'it' : `certificate ${at + 1} of its chain`;
  const remedy = 'Ask the provider for a new one. If the clock is wrong, correct it.';
  if (validToDate < now) {
    return [{ words: `${which} expired at ${validToDate.toISOString()}, ${clockSays(now)}`, remedy, unusable: false }];
  }
  if (validFromDate > now) {
    const words = `${which} is not valid before ${validFromDate.toISOString()}, ${clockSays(now)}`;
    return [{ words, remedy: 'Wait until then. If the clock is wrong, correct it.', unusable: false }];
  }
  return [];
}
