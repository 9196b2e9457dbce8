import type { Behaviour } from '../settings/settings.js';
import type { Seen } from './seen.js';

/** What a probe noted by the name of our setting. */
const CHOICES = {
  signatureLevel: ['B-T', 'B-B'],
  contractSigners: ['signer', 'signer-and-rao', 'rao'],
  contractAfterSigning: ['signed', 'unsigned'],
  earlierSignatures: ['kept', 'stripped'],
  signedFile: ['appended', 'rewritten'],
  certificateNumber: ['with-prefix', 'plain', 'absent'],
  codeAlphabet: ['digits', 'letters-and-digits'],
} as const satisfies { [Name in keyof Behaviour]?: readonly Behaviour[Name][] };

export function behaviourOfNotes(seen: Seen): Partial<Behaviour> {
  const choices = Object.entries(CHOICES).flatMap(([name, sides]) => {
    const side = sides.find((each) => each === seen.note(name));
    return side === undefined ? [] : [[name, side] as const];
  });
  const length = seen.note('codeLength');
  return {
    ...(Object.fromEntries(choices) as Partial<Behaviour>),
    ...(typeof length === 'number' && length > 0 && length <= 64 ? { codeLength: length } : {}),
  };
}
