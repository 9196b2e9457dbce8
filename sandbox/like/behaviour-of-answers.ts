import type { Behaviour } from '../settings/settings.js';
import { isStatus, VIDEO_OPEN } from '../requests/statuses.js';
import { fieldsNamed, refuses, type Seen, type SeenAnswer, textsIn } from './seen.js';
import { allIn } from './shape.js';

/** How the provider behaves, as its answers show by themselves. */
export function behaviourOfAnswers(seen: Seen): Partial<Behaviour> {
  return {
    ...envelopes(seen),
    ...errors(seen),
    ...fields(seen),
    ...early(seen),
    ...documents(seen),
    ...decisions(seen),
    ...endings(seen),
    ...statusLag(seen),
  };
}

/** The spelling of the envelope, for answers that the file does not have. */
function envelopes(seen: Seen): Partial<Behaviour> {
  const successes = seen.answers.filter((answer) => !refuses(answer) && answer.occasion !== 'read-token');
  const named = (name: string, of = successes): boolean => of.some((answer) => rootNames(answer).includes(name));
  const create = successes.filter(({ step }) => step === 'create');
  const others = successes.filter(({ step }) => step !== 'create');
  return {
    ...(named('messsage', others) ? { messageSpelling: 'messsage' } : {}),
    ...(named('message', create) ? { messageSpelling: 'message' } : {}),
    ...(named('details') && !named('detail') ? { detailSpelling: 'details' } : {}),
  };
}

function rootNames({ body }: SeenAnswer): string[] {
  return body?.type === 'object' ? Object.keys(body.fields) : [];
}

/** The shape of errors: that of most refusals. */
function errors(seen: Seen): Partial<Behaviour> {
  const refusals = seen.answers.filter((answer) => refuses(answer) && answer.body?.type === 'object');
  const most = commonest(refusals.flatMap((refusal) => errorShape(refusal) ?? []));
  const unknown = seen.all('unknown/read-unknown', 'documents/unknown-document').filter(refuses);
  return {
    ...(most === undefined ? {} : { errorShape: most }),
    ...(most === 'v1' && unknown.some(({ status }) => status === 400) ? { notFoundStatus: '400' } : {}),
    ...(unknown.length > 0 && unknown.every(isBare) ? { notFoundWords: 'bare' } : {}),
    ...(refusals.some(({ status }) => status === 422) ? { missingFields: '422' } : {}),
  };
}

function isBare({ form, words }: SeenAnswer): boolean {
  return form === 'empty' || words?.is === 'Not Found';
}

function commonest<Item>(items: readonly Item[]): Item | undefined {
  const counts = new Map<Item, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0];
}

function errorShape(refusal: SeenAnswer): Behaviour['errorShape'] | undefined {
  const names = rootNames(refusal);
  const isLine = !textsIn(refusal.body).includes('error');
  if (!names.includes('status')) return names.includes('detail') && refusal.status !== 422 ? 'fastapi' : undefined;
  if (names.includes('details')) return isLine ? 'v1' : 'details';
  return (['detail', 'message'] as const).find((name) => names.includes(name));
}

function fields(seen: Seen): Partial<Behaviour> {
  const reads = seen.answers.filter((answer) => answer.occasion === 'read' && !refuses(answer));
  const created = seen.all('create/create*').filter((answer) => !refuses(answer));
  const pks = created.flatMap(({ body }) => fieldsNamed(body, 'request_pk'));
  const uploads = seen.all('documents/upload*').filter((answer) => !refuses(answer));
  const forms = uploads.flatMap(({ body }) => (body === undefined ? [] : allIn(body))).map(formOf);
  const shown = (name: string): boolean => reads.some(({ body }) => fieldsNamed(body, name).length > 0);
  return {
    ...(pks.some(({ type }) => type === 'string') ? { pkType: 'string' } : {}),
    ...(forms.includes('hex') ? { uidShape: 'hex' } : {}),
    ...(reads.length === 0 ? {} : { videoidPkShown: shown('videoid_pk'), countryShown: shown('country_name') }),
  };
}

function formOf(shape: ReturnType<typeof allIn>[number]): string | undefined {
  return shape.type === 'string' ? shape.form : undefined;
}

const BEFORE_APPROVAL: Behaviour['uploadIn'] = ['CREATED', ...VIDEO_OPEN, 'VIDEOREVIEW'];

/** What works before the approval although our model refuses it, or no more after signing. */
function early(seen: Seen): Partial<Behaviour> {
  const uploads = seen.worked('before-video/upload-early') === true;
  const contract = seen.worked('before-video/contract-early') === true;
  const ends = seen.worked('contract/contract*') === true && seen.worked('signed/contract-signed*') === false;
  const signing: Behaviour['contractIn'] = ends ? ['ENROLLREADY'] : ['ENROLLREADY', 'ISSUED'];
  return {
    ...(uploads ? { uploadIn: [...BEFORE_APPROVAL, 'ENROLLREADY'] } : {}),
    ...(contract || ends ? { contractIn: [...(contract ? BEFORE_APPROVAL : []), ...signing] } : {}),
  };
}

function documents(seen: Seen): Partial<Behaviour> {
  const byQuery = seen.worked('signed/signed-query');
  const byPath = seen.worked('signed/signed-path');
  const plain = seen.worked('documents/original-plain');
  const other = plain === true || seen.worked('documents/original-path') === true;
  const slash = seen.worked('contract/contract-slash');
  const contract = seen.worked('contract/contract');
  return {
    ...(byQuery === true && byPath === true ? { documentPath: 'both' } : {}),
    ...(byQuery === true && byPath === false ? { documentPath: 'query' } : {}),
    ...(byQuery === false && byPath === true ? { documentPath: 'path' } : {}),
    ...(plain === true ? { documentTypeDefault: 'original' } : {}),
    ...(seen.worked('documents/original-query') === false && other ? { originalType: 'refused' } : {}),
    ...(contract === false && slash === true ? { endSlash: 'with' } : {}),
    ...(contract === true && slash === false ? { endSlash: 'without' } : {}),
  };
}

/** A deletion that names the signed file may delete the original too. Findings only say that the signed file is gone. */
export function deletions(seen: Seen): Partial<Behaviour> {
  const gone = ['signed-left', 'signed-left-query', 'original-left-query', 'delete-original'];
  const isEverything =
    seen.worked('cleaning/delete-signed-query') === true &&
    gone.every((occasion) => seen.worked(`cleaning/${occasion}`) === false);
  return isEverything ? { deletionByType: 'nowhere', deletionWithoutType: 'every-kind' } : {};
}

function decisions(seen: Seen): Partial<Behaviour> {
  const refused = (place: string): boolean => seen.worked(place) === false;
  const worked = (place: string): boolean => seen.worked(place) === true;
  return {
    ...(refused('approve/approve-rao-number') ? { raoType: 'string' } : {}),
    ...(refused('approve/approve') && worked('approve/approve-rao-number') ? { raoType: 'number' } : {}),
    ...(refused('second-review/refuse') && worked('second-review/refuse-rao-id') ? { refuseRaoKey: 'rao_id' } : {}),
    ...(worked('code/code-again') ? { codeCoolDown: 0 } : {}),
    ...(refused('code/code') && worked('code/code-sms') ? { deliveryMethod: 'required' } : {}),
  };
}

/** What cancelling does, by the answer and the status after it. */
function endings(seen: Seen): Partial<Behaviour> {
  const cancelled = seen.all('third/cancel').at(-1);
  // The refusal before it may have cancelled the request.
  if (cancelled === undefined || seen.note('status-after-refusal') === 'CANCELLED') return {};
  const after = statusAfterCancel(seen);
  if (after === 'CANCELLED') return { cancel: 'cancels' };
  if (refuses(cancelled)) return { cancel: 'absent' };
  if (after === undefined) return {};
  // A word that we do not know is no status of a request that goes on.
  return { cancel: isStatus(after) ? 'removes-folder' : 'cancels' };
}

function statusAfterCancel(seen: Seen): string | undefined {
  const noted = seen.note('status-after-cancel');
  if (typeof noted === 'string' && noted !== 'not shown') return noted;
  const read = seen.all('third/read-cancelled').findLast((answer) => !refuses(answer));
  return textsIn(read?.body).find(isStatus);
}

/** Milliseconds. Tests wait for it at every change. */
const LONGEST_LAG = 1000;

const CHANGES = [
  { cause: 'approved', call: 'approve/approve*', read: 'approve/read', old: 'VIDEOREVIEW' },
  { cause: 'issued', call: 'code/sign', read: 'signed/read', old: 'ENROLLREADY' },
  { cause: 'refused', call: 'second-review/refuse*', read: 'second-review/read', old: 'VIDEOREVIEW' },
] as const;

/** How long reads showed the old status after a call had changed it. Other changes are shown at once, as far as we know. */
function statusLag(seen: Seen): Partial<Behaviour> {
  const lags = CHANGES.flatMap(({ cause, call, read, old }) => {
    const done = seen.all(call).findLast((answer) => !refuses(answer));
    if (done === undefined) return [];
    const changed = done.at + done.after;
    const reads = seen.all(read).filter(({ at }) => at >= changed);
    const showsOld = ({ body }: SeenAnswer): boolean => textsIn(body).includes(old);
    const [first] = reads;
    // A probe keeps only the first of several reads that show the same.
    const next = reads.find((answer) => !showsOld(answer));
    if (first === undefined || next === undefined || !showsOld(first)) return [];
    return [[cause, Math.min(LONGEST_LAG, next.at - changed)] as const];
  });
  return lags.length === 0 ? {} : { statusLag: Object.fromEntries(lags) };
}
