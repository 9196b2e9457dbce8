import { type KeyObject, KeyObject as Keys, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
  cryptoProvider,
} from '../../sandbox/signing/x509.js';

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};
const DAY = 86_400_000;

export interface Issued {
  /** PEM, without its chain. */
  certificate: string;
  /** PEM. */
  key: string;
  /** The key itself, for other encodings. */
  keyObject: KeyObject;
}

/** What differs from a certificate that is valid now. */
export interface Wish {
  /** Names or addresses. */
  names?: string[];
  /** Days from now. */
  from?: number;
  until?: number;
  rsa?: boolean;
}

/** An authority that issues certificates for tests. It may stand below another one. */
export class TlsAuthority {
  private constructor(
    private readonly own: X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {}

  static async root(name: string): Promise<TlsAuthority> {
    cryptoProvider.set(webcrypto);
    const keys = await generated(EC);
    const own = await X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm: EC,
      notBefore: new Date(Date.now() - 400 * DAY),
      notAfter: new Date(Date.now() + 400 * DAY),
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    return new TlsAuthority(own, keys);
  }

  get certificate(): string {
    return this.own.toString('pem');
  }

  async below(name: string): Promise<TlsAuthority> {
    const keys = await generated(EC);
    const extensions = [new BasicConstraintsExtension(true, undefined, true)];
    return new TlsAuthority(await this.signed(name, keys, { extensions }), keys);
  }

  /** A certificate for a server or a client. */
  async issue(name: string, { names = [], rsa = false, ...times }: Wish = {}): Promise<Issued> {
    const keys = await generated(rsa ? RSA : EC);
    const alternatives = names.map((value) => ({
      type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
      value,
    }));
    const extensions = names.length === 0 ? [] : [new SubjectAlternativeNameExtension(alternatives)];
    const certificate = (await this.signed(name, keys, { extensions, ...times })).toString('pem');
    const keyObject = Keys.from(keys.privateKey);
    return { certificate, key: keyObject.export({ type: 'pkcs8', format: 'pem' }).toString(), keyObject };
  }

  private signed(
    name: string,
    keys: webcrypto.CryptoKeyPair,
    {
      extensions,
      from = -1,
      until = 1,
    }: Pick<Wish, 'from' | 'until'> & { extensions: BasicConstraintsExtension[] | SubjectAlternativeNameExtension[] },
  ): Promise<X509Certificate> {
    return X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer: this.own.subject,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: EC,
      notBefore: new Date(Date.now() + from * DAY),
      notAfter: new Date(Date.now() + until * DAY),
      extensions,
    });
  }
}

async function generated(algorithm: typeof EC | typeof RSA): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}
