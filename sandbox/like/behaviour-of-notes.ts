import type { Behaviour } from '../settings/settings.js';
import type { Seen } from './seen.js';

const CONTRACT_SIGNERS: Readonly<Record<string, Behaviour['contractSigners']>> = {
  'the signer': 'signer',
  'the signer and another': 'signer-and-rao',
  another: 'rao',
};

/** How the provider signs, as a probe noted it. */
export function behaviourOfNotes(seen: Seen): Partial<Behaviour> {
  const level = text(seen, 'level: signed-a');
  const algorithm = text(seen, 'signatureAlgorithm: signed-a');
  const reasons = seen.note('reasons: signed-a');
  const signers = text(seen, 'contract-signers');
  const code = /^(\d{1,2}) (digits|characters)$/.exec(text(seen, 'code'));
  return {
    ...(level.startsWith('B-') ? { signatureLevel: level === 'B-B' ? 'B-B' : 'B-T' } : {}),
    ...(algorithm === '' ? {} : { algorithm: algorithm.startsWith('ECDSA') ? 'ecdsa' : 'rsa' }),
    ...(Array.isArray(reasons) && reasons.includes('content-rewritten') ? { signedFile: 'rewritten' } : {}),
    // A file that was rewritten has lost its signatures.
    ...(text(seen, 'earlier-signatures') === 'lost' ? { earlierSignatures: 'stripped', signedFile: 'rewritten' } : {}),
    ...(Object.hasOwn(CONTRACT_SIGNERS, signers) ? { contractSigners: CONTRACT_SIGNERS[signers] } : {}),
    ...(signers === 'nobody' ? { contractAfterSigning: 'unsigned' } : {}),
    ...(code === null ? {} : codeLike(Number(code[1]), code[2])),
  };
}

function codeLike(length: number, kind: string | undefined): Partial<Behaviour> {
  return length < 1 || length > 64
    ? {}
    : { codeLength: length, codeAlphabet: kind === 'digits' ? 'digits' : 'letters-and-digits' };
}

function text(seen: Seen, name: string): string {
  const noted = seen.note(name);
  return typeof noted === 'string' ? noted : '';
}
