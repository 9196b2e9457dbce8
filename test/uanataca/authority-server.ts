import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  RegistrationAuthority,
  type RegistrationAuthoritySettings,
} from '../../src/uanataca/registration-authority/registration-authority.js';
import {
  DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS,
  type RegistrationAuthorityAssumptions,
} from '../../src/uanataca/registration-authority/assumptions.js';
import { type Answered, type AnsweringServer, type Arrived, answeringServer } from './answering-server.js';
import { type TestCertificate, certificateFor } from './test-certificates.js';

/** A server that accepts only the holder of one certificate, and the files that its client needs. */
export interface AuthorityServer extends AnsweringServer {
  /** Paths of PEM files. */
  files: { ca: string; certificate: string; key: string };
  /** The certificate of the authority whose clients the server accepts. */
  apiUser: TestCertificate;
  directory: string;
}

/** A real HTTPS server with mutual TLS. The test says what it answers. */
export async function authorityServer(
  answer: (request: Arrived) => Answered | undefined | void,
): Promise<AuthorityServer> {
  const [own, apiUser] = await Promise.all([certificateFor('127.0.0.1'), certificateFor('api-user.example')]);
  const directory = await mkdtemp(join(tmpdir(), 'videoid-authority-'));
  const path = (name: string): string => join(directory, `${name}.pem`);
  const files = { ca: path('ca'), certificate: path('api-user'), key: path('api-user-key') };
  await writeFile(files.ca, own.certificate);
  await writeFile(files.certificate, apiUser.certificate);
  await writeFile(files.key, apiUser.key);
  const server = await answeringServer(answer, {
    cert: own.certificate,
    key: own.key,
    ca: apiUser.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  });
  return {
    ...server,
    files,
    apiUser,
    directory,
    async close() {
      await server.close();
      await rm(directory, { recursive: true });
    },
  };
}

/** A client for a server of the test. Time-outs are long, unless the test is about them. */
export function authorityOf(
  { address, files }: Pick<AuthorityServer, 'address' | 'files'>,
  more: Partial<Omit<RegistrationAuthoritySettings, 'assumptions'>> & {
    assumptions?: Partial<RegistrationAuthorityAssumptions>;
  } = {},
): RegistrationAuthority {
  const { assumptions, ...rest } = more;
  return new RegistrationAuthority({
    baseUrl: address,
    certificate: `file:${files.certificate}`,
    key: `file:${files.key}`,
    ca: files.ca,
    timeouts: { connect: 10_000, answer: 10_000, body: 10_000 },
    ...rest,
    assumptions: { ...DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS, ...assumptions },
  });
}
