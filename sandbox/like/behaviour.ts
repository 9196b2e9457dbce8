import type { Behaviour } from '../settings/settings.js';
import { behaviourOfCallbacks } from './behaviour-of-callbacks.js';
import { behaviourOfAnswers, deletions } from './behaviour-of-answers.js';
import { behaviourOfNotes } from './behaviour-of-notes.js';
import type { FoundSetting, ProbeFile } from './probe-file.js';
import { isBeside, Seen } from './seen.js';

/** How the sandbox must behave to be like the provider that a probe has seen. Where it has seen nothing, it stays as it is. */
export function behaviourLike(file: ProbeFile): Partial<Behaviour> {
  const seen = new Seen(file);
  const exchanges = file.exchanges.filter(({ answer }) => answer !== undefined && !isBeside(answer));
  const telling = new Seen({ ...file, exchanges });
  return {
    ...behaviourOfAnswers(telling),
    ...behaviourOfCallbacks(file),
    ...behaviourOfNotes(seen),
    ...behaviourOfFindings(file),
    ...deletions(telling),
  };
}

type FromSide = (side: FoundSetting) => Partial<Behaviour>;

/** What follows from a side of an assumption of the product. */
const FROM_SIDES: Readonly<Record<string, FromSide>> = {
  signedFilePath: (side) => ({ ...chosen('documentPath', side, ['query', 'path']) }),
  originalDocumentType: (side) =>
    side === 'omitted' ? { originalType: 'refused', documentTypeDefault: 'original' } : {},
  bareNotFound: (side) => (side === 'not-there' ? { notFoundWords: 'bare' } : {}),
  billingPasswordEncoding: (side) => chosen('billingPasswordEncoding', side, ['plain', 'base64']),
  refuseRaoField: (side) => chosen('refuseRaoKey', side, ['rao', 'rao_id']),
  raoAsString: (side) => (side === false ? { raoType: 'number' } : {}),
  extUnlockWithSecret: (side) =>
    side === 'required' ? { secretWithUnlock: 'required' } : side === 'never' ? { secretWithUnlock: 'refused' } : {},
  deletionWithoutType: (side) => chosen('deletionWithoutType', side, ['every-kind', 'original']),
  deletionByType: (side) => chosen('deletionByType', side, ['query', 'path']),
  cancelByDelete: (side) => (side === true ? { cancel: 'cancels' } : {}),
  uploadPartName: (side) => (typeof side === 'string' ? { uploadPart: side } : {}),
  otpDeliveryMethod: (side) => (side === 'sms' || side === 'whatsapp' ? { deliveryMethod: 'required' } : {}),
  envInCreate: (side) =>
    side === false ? { envInCreate: 'refused', optimizerHolds: { billing: false, env: true } } : {},
  videoidModeInCreate: (side) => (side === true ? { videoidModeInCreate: 'required' } : {}),
  identityShown: (side) => chosen('identityShown', side, ['never', 'after-video', 'after-approval', 'always']),
  identityCorrectable: (side) =>
    Array.isArray(side) ? { identityCorrectable: side.filter((field) => typeof field === 'string') } : {},
  updateSendsBack: (side) =>
    side === 'required' ? { updateLeavesOut: 'kept' } : side === 'all' ? { updateLeavesOut: 'emptied' } : {},
  slashAfterSignAndContract: (side) => (side === true ? { endSlash: 'with' } : {}),
};

/** A confirmed side of these is what the provider does. Of the others, it may take both. */
const SHOWN: ReadonlySet<string> = new Set([
  'signedFilePath',
  'deletionWithoutType',
  'deletionByType',
  'identityShown',
  'identityCorrectable',
  'updateSendsBack',
]);

/** What follows from an assumption that does not hold, if no side of a setting is right. */
const FROM_CONTRADICTED: Readonly<Record<string, Partial<Behaviour>>> = {
  deletionByType: { deletionByType: 'nowhere' },
  contractIsSignedInPlace: { contractAfterSigning: 'unsigned' },
  requestShowsLiveStatus: { statusShown: 'as-created' },
};

/** What the file says by settings and findings. A finding says more than what was assumed. */
function behaviourOfFindings({ assumed, findings }: ProbeFile): Partial<Behaviour> {
  const sides = new Map(Object.entries(assumed));
  const contradicted = new Set<string>();
  for (const { assumption, verdict, setting } of findings) {
    if (verdict === 'contradicted' && setting === undefined) contradicted.add(assumption);
    const isSide = verdict === 'contradicted' || (verdict === 'confirmed' && SHOWN.has(assumption));
    if (setting === undefined) continue;
    if (isSide) sides.set(assumption, setting);
    // The other side was assumed, but it does not hold.
    else if (verdict === 'confirmed' && setting !== sides.get(assumption)) sides.delete(assumption);
  }
  const behaviour: Partial<Behaviour> = {};
  for (const [name, from] of Object.entries(FROM_SIDES)) {
    const side = sides.get(name);
    if (side !== undefined) Object.assign(behaviour, from(side));
  }
  for (const [name, follows] of Object.entries(FROM_CONTRADICTED)) {
    if (contradicted.has(name)) Object.assign(behaviour, follows);
  }
  return behaviour;
}

/** A behaviour that has the same words as the side of the assumption. */
function chosen<Name extends keyof Behaviour>(
  name: Name,
  side: FoundSetting,
  known: readonly (Behaviour[Name] & string)[],
): Partial<Behaviour> {
  const found = known.find((word) => word === side);
  return found === undefined ? {} : { [name]: found };
}
