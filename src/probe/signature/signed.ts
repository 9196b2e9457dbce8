import { setTimeout as pause } from 'node:timers/promises';
import { Secret } from '../../security/secret.js';
import { verifyPdfSignature, type FileVerification } from '../../signatures/verification/verification.js';
import type { Assumptions } from '../../uanataca/one-shot/assumptions.js';
import type { Step } from '../course.js';
import { type ProbeDocument, type SignatureContext } from './context.js';
import { uidOf } from './documents.js';
import { levelOf } from './level.js';
import { waitFor } from '../waiting.js';

const WRONG = new Secret('000000');

/** Milliseconds. Signed files may come later than ISSUED. */
const FILES_WITHIN = 120_000;
const FILES_EVERY = 1_000;

/** What is there after signing, and how it is signed. */
export const signedStep: Step<SignatureContext> = {
  name: 'signed',
  title: 'Read and verify the signed files and the contract; then sign again and ask for a code, which must be refused',
  calls: [
    'GET /request/{request_pk} until it shows ISSUED',
    'GET /document/{request_pk}/{uid} in three forms',
    'GET /contract/{request_pk} twice',
    'POST /sign/{request_pk} with a wrong code',
    'POST /otp/{request_pk}',
  ],
  essential: true,
  async run(at) {
    const { run, settings } = at;
    const pk = at.requestPk('main');
    await waitFor(at, 'main', { statuses: ['ISSUED'], words: 'Waiting for ISSUED' });
    const sides = await readSigned(at);
    const verified = new Map<string, FileVerification>();
    for (const document of settings.documents) {
      const name = `signed-${document.name}`;
      const { error } = await run.call(name, () =>
        at.download(name, () => at.client(sides).getDocument(pk, uidOf(at, document), 'signed')),
      );
      if (error === undefined) verified.set(document.name, await verify(at, document, name));
    }
    await readContract(at, verified);
    await run.call('sign-again', () => at.client().sign(pk, { secret: WRONG }));
    await run.call('code-late', () => at.client().generateOtp(pk));
  },
};

/** Which address gives a signed file, and how long after ISSUED. */
async function readSigned(at: SignatureContext): Promise<Partial<Assumptions>> {
  const { run, people, settings } = at;
  const [document] = settings.documents;
  if (document === undefined) return {};
  const uid = uidOf(at, document);
  const get = async (occasion: string, sides: Partial<Assumptions>) =>
    run.call(occasion, () =>
      at.download(occasion, () => at.client(sides).getDocument(at.requestPk('main'), uid, 'signed')),
    );
  const begin = Date.now();
  for (;;) {
    const query = await get('signed-query', { signedFilePath: 'query' });
    const path = await get('signed-path', { signedFilePath: 'path' });
    const there = query.error === undefined || path.error === undefined;
    const waited = Date.now() - begin;
    if (there || waited > Math.min(FILES_WITHIN, settings.patience)) {
      run.note('files-after', there ? waited : 'never');
      await run.call('signed-plain', () =>
        at.download('signed-plain', () =>
          at
            .client({ signedFilePath: 'query', originalDocumentType: 'omitted' })
            .getDocument(at.requestPk('main'), uid, 'original'),
        ),
      );
      if (!there) return {};
      const sides = { signedFilePath: query.error === undefined ? 'query' : 'path' } as const;
      await at.learn(sides);
      return sides;
    }
    if (waited < FILES_EVERY) people.say('    The signed files are not there yet …');
    for (const { last } of [query, path]) if (last !== undefined) run.forget(last);
    await pause(FILES_EVERY);
  }
}

/** Verifies a signed document against the uploaded one, and keeps what is no person's. */
async function verify(at: SignatureContext, document: ProbeDocument, name: string): Promise<FileVerification> {
  const original = { sha256: document.sha256, size: document.bytes.length, path: document.path };
  const verified = await verifyPdfSignature(at.pathOf(name), { roots: at.settings.roots, original });
  noteVerification(at, name, verified);
  if (document.signatures > 0) {
    at.run.note(
      'earlier-signatures',
      verified.verification.reasons.includes('earlier-signature-lost') ? 'lost' : 'kept',
    );
  }
  at.people.say(`    Document ${document.name.toUpperCase()}: ${levelOf(verified)}, ${wordsOf(verified)}.`);
  return verified;
}

function noteVerification({ run }: SignatureContext, name: string, verified: FileVerification): void {
  const { verification, file } = verified;
  run.note(`level: ${name}`, levelOf(verified));
  run.note(`result: ${name}`, verification.result);
  run.note(`reasons: ${name}`, verification.reasons);
  run.note(`signatures: ${name}`, file.added.length);
  for (const fact of [
    'subFilter',
    'digestAlgorithm',
    'signatureAlgorithm',
    'signingTimeSource',
    'qcCompliance',
    'qcSscd',
  ]) {
    const value = verification.facts[fact];
    if (value !== undefined && /^[\w.-]{1,40}$/.test(value)) run.note(`${fact}: ${name}`, value);
  }
}

function wordsOf({ verification: { result, reasons } }: FileVerification): string {
  return reasons.length === 0 ? result : `${result} (${reasons.join(', ')})`;
}

/** The contract after signing: is it signed, by whom, and is it made anew at every reading? */
async function readContract(at: SignatureContext, documents: ReadonlyMap<string, FileVerification>): Promise<void> {
  const { run, people, settings } = at;
  const contract = async (occasion: string) =>
    run.call(occasion, () => at.download(occasion, () => at.client().getContract(at.requestPk('main'))));
  const first = await contract('contract-signed');
  const again = await contract('contract-signed-again');
  if (first.error !== undefined) return;
  if (again.error === undefined) run.note('made-anew', first.last?.sha256 !== again.last?.sha256);
  const verified = await verifyPdfSignature(at.pathOf('contract-signed'), { roots: settings.roots });
  noteVerification(at, 'contract-signed', verified);
  const signers = new Set([...documents.values()].flatMap(({ file }) => certificatesOf(file)));
  const own = certificatesOf(verified.file);
  run.note(
    'contract-signers',
    own.length === 0
      ? 'nobody'
      : own.every((certificate) => signers.has(certificate))
        ? 'the signer'
        : own.some((certificate) => signers.has(certificate))
          ? 'the signer and another'
          : 'another',
  );
  people.say(`    Contract: ${levelOf(verified)}, ${wordsOf(verified)}.`);
}

function certificatesOf({ added }: FileVerification['file']): string[] {
  return added.flatMap(({ certificate }) => (certificate === undefined ? [] : [certificate.fingerprint]));
}
