import { missingLater, profileOf } from '../../messages/profiles.js';
import { IDENTITY_FIELDS, isFieldName } from '../../messages/request-fields.js';
import type { RegistrationAuthorityAssumptions } from '../../uanataca/registration-authority/assumptions.js';
import type { EnrolmentRequest } from '../../uanataca/registration-authority/registration-authority.js';
import { type Step, cannotGoOnWithout } from '../course.js';
import { succeeded } from '../seen.js';
import { read } from '../waiting.js';
import { type EnrolmentContext, unlessCreated } from './context.js';
import { valuesFor } from './values.js';

type Sides = Partial<RegistrationAuthorityAssumptions>;

/** What the first update follows, whatever the settings say, so that the other sides show. */
const ASSUMED: Sides = { updateSendsBack: 'all-but-video', videoidModeInUpdate: true };

/** The other sides of an update, each tried at most once after a refusal. */
const SIDES: readonly { occasion: string; hinted: RegExp; sides: Sides }[] = [
  {
    occasion: 'update-without-mode',
    hinted: /mode/i,
    sides: { updateSendsBack: 'all-but-video', videoidModeInUpdate: false },
  },
  {
    occasion: 'update-all',
    hinted: /given_name|surname/i,
    sides: { updateSendsBack: 'all', videoidModeInUpdate: true },
  },
  {
    occasion: 'update-all-without-mode',
    hinted: /(?!)/,
    sides: { updateSendsBack: 'all', videoidModeInUpdate: false },
  },
];

/** Another value than any signer has. */
const CHANGED = 'Prueba';
const CHANGEABLE = ['surname_2', 'surname_1', 'given_name'] as const;

/** The fields that the profile needs beside those from the video. */
export const fieldsStep: Step<EnrolmentContext> = {
  name: 'fields',
  title: 'Fill in the missing fields, with each form of an update, and try to change a field that came from the video',
  calls: ['GET /requests/{request_pk}/validate/', 'PUT /requests/{request_pk}/', 'GET /requests/{request_pk}/'],
  person: ({ people }) => (people.attended ? 'say what the missing fields shall hold' : undefined),
  essential: true,
  leaveOut: unlessCreated,
  async run(at) {
    const { people } = at;
    const fields = await valuesFor(at, await missing(at, 'missing'));
    const before = await readNow(at);
    const sides = await fill(at, before, fields);
    const filled = await readNow(at);
    noteKept(at, 'video-fields', IDENTITY_FIELDS, before, filled);
    // In production, nothing is tried with a request that somebody needs.
    if (!at.isProduction) {
      await leaveOut(at, filled, sides);
      await otherMode(at, fields, sides);
      await changeFromVideo(at, sides);
    }
    const left = await missing(at, 'missing-after');
    people.say(`    ${left.length === 0 ? 'Nothing is missing any more' : `Still missing: ${left.join(', ')}`}.`);
  },
};

async function missing(at: EnrolmentContext, occasion: string): Promise<string[]> {
  const { value } = await at.run.call(occasion, () => at.client().missingFields(at.requestPk('main')));
  const names = value ?? (occasion === 'missing' ? missingLater(at.run.secrets.profile, {}) : []);
  at.run.note(occasion, names.filter(isFieldName));
  return names;
}

async function readNow(at: EnrolmentContext): Promise<EnrolmentRequest> {
  const { request, error, last } = await read(at, 'main');
  if (request !== undefined) return request;
  if (last !== undefined && succeeded(last.exchange)) return asCreated(at);
  return cannotGoOnWithout(error, {
    code: 'PROVIDER_ANSWER_UNKNOWN',
    words: 'The request cannot be read',
    remedy: 'Run the probe again with this file.',
  });
}

/** The request as far as the probe knows it, for an answer that the product cannot read. */
function asCreated(at: EnrolmentContext): EnrolmentRequest {
  const { profile, signer } = at.run.secrets;
  return {
    ...signer,
    profile,
    status: 'CREATED',
    scratchcard: at.card('main'),
    registrationAuthority: at.authority,
    fields: {},
    requestPk: at.requestPk('main'),
    videoidPk: undefined,
    countryName: undefined,
    secureElement: profileOf(profile)?.secureElements.at(-1),
    validityTime: undefined,
    videoidLink: undefined,
    videoStatus: undefined,
    refusalReason: undefined,
    certificates: [],
  };
}

async function update(
  at: EnrolmentContext,
  occasion: string,
  order: { read: EnrolmentRequest; fields: Readonly<Record<string, string>>; sides: Sides },
) {
  return at.run.call(occasion, () =>
    at.client(order.sides).updateRequest(at.requestPk('main'), order.read, order.fields),
  );
}

/** Fills fields in. Returns the sides with which the provider takes an update. @throws VideoIdError if it takes none */
async function fill(at: EnrolmentContext, before: EnrolmentRequest, given: Record<string, string>): Promise<Sides> {
  const { people } = at;
  let fields = given;
  let tried = await update(at, 'update', { read: before, fields, sides: ASSUMED });
  let words = tried.last?.envelope?.text ?? '';
  const wrong = ['country_name', ...Object.keys(fields)].filter((name) => words.includes(name));
  if (tried.error !== undefined && wrong.length > 0 && people.attended) {
    people.say(`    Refused: ${tried.error.words}`);
    fields = { ...fields, ...(await valuesFor(at, wrong, wrong)) };
    tried = await update(at, 'update', { read: before, fields, sides: ASSUMED });
    words = tried.last?.envelope?.text ?? '';
  }
  if (tried.error === undefined) return learned(at, ASSUMED);
  const others = SIDES.toSorted((one, other) => Number(other.hinted.test(words)) - Number(one.hinted.test(words)));
  for (const { occasion, sides } of others) {
    if (tried.error?.kind !== 'refused') break;
    people.say(`    Refused (HTTP ${tried.error.status ?? 0}). Trying another form.`);
    tried = await update(at, occasion, { read: before, fields, sides });
    if (tried.error === undefined) return learned(at, sides);
  }
  const { error } = tried;
  return cannotGoOnWithout(error, {
    code: 'PROVIDER_REFUSED',
    words: 'The update was refused',
    remedy: 'Correct what the provider names with --field name=value in a new probe.',
  });
}

async function learned(at: EnrolmentContext, sides: Sides): Promise<Sides> {
  const { updateSendsBack, videoidModeInUpdate } = sides;
  if (updateSendsBack !== undefined && videoidModeInUpdate !== undefined)
    await at.learn({ updateSendsBack, videoidModeInUpdate });
  return sides;
}

/** Whether fields that an update leaves out stay as they are. */
async function leaveOut(at: EnrolmentContext, filled: EnrolmentRequest, sides: Sides): Promise<void> {
  const sent = ['email', 'mobile_phone_number', 'country_name', ...IDENTITY_FIELDS] as readonly string[];
  const names = Object.keys(filled.fields)
    .filter(isFieldName)
    .filter((name) => !sent.includes(name));
  if (names.length === 0) return;
  const required = { ...sides, updateSendsBack: 'required' } as const;
  const { error } = await update(at, 'update-required', { read: filled, fields: {}, sides: required });
  if (error !== undefined) return;
  const after = await readNow(at);
  noteKept(at, 'left-out', names, filled, after);
  if (names.every((name) => after.fields[name] !== undefined)) return;
  const emptied = Object.fromEntries(names.map((name) => [name, filled.fields[name] ?? '']));
  await update(at, 'update-restore', { read: after, fields: emptied, sides });
}

function noteKept(
  { run }: EnrolmentContext,
  name: string,
  fields: readonly (keyof EnrolmentRequest['fields'])[],
  before: EnrolmentRequest,
  after: EnrolmentRequest,
): void {
  const shown = fields.filter((each) => before.fields[each] !== undefined);
  if (shown.length === 0) return;
  run.note(name, shown.every((each) => after.fields[each] === before.fields[each]) ? 'kept' : 'emptied');
}

/** The other side of `videoid_mode`, if it was not needed. It changes nothing. */
async function otherMode(at: EnrolmentContext, fields: Record<string, string>, sides: Sides): Promise<void> {
  if (sides.videoidModeInUpdate === false) return;
  const now = await readNow(at);
  await update(at, 'update-without-mode', { read: now, fields, sides: { ...sides, videoidModeInUpdate: false } });
}

/** Whether a field from the video can be changed. It is changed back. */
async function changeFromVideo(at: EnrolmentContext, sides: Sides): Promise<void> {
  const { run, people } = at;
  const before = await readNow(at);
  const name = CHANGEABLE.find((each) => before.fields[each] !== undefined);
  if (name === undefined) return;
  // The product's client refuses the change if it knows that the field came from the video.
  const unknowing = (request: EnrolmentRequest): EnrolmentRequest => {
    const { [name]: _, ...fields } = request.fields;
    return { ...request, fields };
  };
  const change = (occasion: string, request: EnrolmentRequest, value: string) =>
    update(at, occasion, { read: unknowing(request), fields: { [name]: value }, sides });
  const { error } = await change('update-from-video', before, CHANGED);
  const after = await readNow(at);
  const isChanged = after.fields[name] === CHANGED;
  run.note('from-video', error !== undefined ? 'refused' : isChanged ? 'changed' : 'ignored');
  people.say(`    ${name} came from the video. It ${isChanged ? 'can' : 'cannot'} be changed.`);
  if (isChanged) await change('update-back', after, before.fields[name] ?? '');
}
