import { createHash } from 'node:crypto';
import type { Archive } from '../archive/archive.js';
import type { RequestRecord } from '../archive/request-record.js';
import type { SignatureActivities } from '../messages/activities.js';
import { defined } from '../messages/defined.js';
import type { IdentityAccepted, IdentityField, IdentityView, IdentityWord } from '../messages/identity.js';
import { AFTER_VIDEO, IDENTITY_FIELDS, type IdentityFields } from '../messages/request-fields.js';
import type { RequestKey } from '../messages/request.js';
import { sealAnswer } from '../security/sealed-answer.js';
import { bareNumber, type DocumentNumber, isSameNumber } from '../signatures/identity/document-number.js';
import { subjectNumbers, subjectVerdict } from '../signatures/identity/subject.js';
import type { ProviderRequest } from '../uanataca/provider-request.js';
import type { Dependencies } from './engine/dependencies.js';
import { providerRequest } from './engine/provider-step.js';
import { stepFailure } from './engine/failures.js';

type Place = Pick<Dependencies, 'archive' | 'config'>;

/** How the signer's number compares with the expected one. Empty if none is expected, or before the video is finished. */
export async function comparedIdentity(
  place: Place,
  key: RequestKey,
  read: ProviderRequest,
): Promise<{ identity?: IdentityWord }> {
  if (key.flow !== 'signature' || !AFTER_VIDEO.has(read.status)) return {};
  const word = compared(await place.archive.readRequest(key), read, shownFields(place, key, read));
  return defined({ identity: word });
}

/**
 * Nobody is approved, and no document is uploaded, if the signer has an unexpected number, unless an officer accepts it.
 * The archive keeps a digest of the accepted number, so that later steps need not ask again.
 *
 * @param order.accepted what the officer accepts now
 * @param order.remembered whether an earlier acceptance counts
 * @throws ApplicationFailure SIGNER_UNEXPECTED with the fact `identity`
 */
export async function assertExpectedSigner(
  place: Place,
  key: RequestKey,
  read: ProviderRequest,
  { accepted, remembered = false }: { accepted?: IdentityAccepted | undefined; remembered?: boolean },
): Promise<{ identity?: IdentityWord }> {
  const { archive } = place;
  const record = await archive.readRequest(key);
  const fields = shownFields(place, key, read);
  const word = compared(record, read, fields);
  if (word === undefined) return {};
  if (word === 'as-expected' || (word === 'not-shown' && record.policy.identity?.notShown !== 'ask')) {
    return { identity: word };
  }
  const mark = acceptedMark(archive, numberIn(fields));
  if (accepted === `accepted-although-${word}`) await archive.mark(key, mark);
  else if (!remembered || !(await archive.hasMark(key, mark))) throw unexpectedSigner(word);
  return { identity: word };
}

/**
 * The verdict on the certificate of a signed file. A number that an officer accepted before counts as accepted.
 *
 * @returns undefined if no number is expected
 */
export async function certificateIdentity(
  { archive }: Place,
  key: RequestKey,
  certificateDer: Uint8Array | undefined,
): Promise<IdentityWord | 'accepted' | undefined> {
  const verdict = subjectVerdict(certificateDer, (await archive.readRequest(key)).signer.expected?.documentNumber);
  if (verdict !== 'different' || certificateDer === undefined) return verdict;
  const marks = subjectNumbers(certificateDer).map((number) => acceptedMark(archive, number));
  for (const mark of marks) if (!(await archive.hasMark(key, mark))) return verdict;
  return 'accepted';
}

/** The signer's data at the provider, sealed to the caller's one-time key. It first records that the data was shown. */
export function showIdentity(dependencies: Dependencies): SignatureActivities['showIdentity'] {
  const { archive } = dependencies;
  return async (key, { requestPk, actor, channel, publicKey }) => {
    const read = await providerRequest(dependencies, key, requestPk);
    const view = viewOf(await archive.readRequest(key), await archive.readSigner(key), read, {
      fields: shownFields(dependencies, key, read),
    });
    const answer = sealAnswer(JSON.stringify(view), publicKey);
    await archive.appendEvent(key, {
      at: archive.time(),
      what: 'identity-shown',
      ...defined({ channel }),
      facts: { by: actor.kind, ...defined({ id: actor.id }), identity: view.identity },
    });
    return { answer, ...(await comparedIdentity(dependencies, key, read)) };
  };
}

/** The fields that show the signer at this status. Undefined while the provider does not show them yet. */
function shownFields(
  { config }: Pick<Place, 'config'>,
  key: RequestKey,
  read: ProviderRequest,
): IdentityFields | undefined {
  const afterVideo = AFTER_VIDEO.has(read.status);
  const assumed = config.environments[key.environment]?.assumptions.identityShown ?? 'after-video';
  // The Registration Authority API is documented to show the data from the video (§8.4).
  switch (key.flow === 'signature' ? assumed : 'after-video') {
    case 'never':
      return afterVideo ? {} : undefined;
    case 'after-video':
      return afterVideo ? read.fields : undefined;
    case 'after-approval':
      return read.status === 'ENROLLREADY' || read.status === 'ISSUED' ? read.fields : undefined;
    case 'always':
      return read.fields;
  }
}

function compared(
  { signer: { expected } }: RequestRecord,
  { status }: ProviderRequest,
  fields: IdentityFields | undefined,
): IdentityWord | undefined {
  if (expected === undefined || fields === undefined || !AFTER_VIDEO.has(status)) return undefined;
  const number = numberIn(fields);
  if (number === undefined) return 'not-shown';
  return isSameNumber(number, { text: expected.documentNumber }) ? 'as-expected' : 'different';
}

function numberIn(fields: IdentityFields | undefined): DocumentNumber | undefined {
  const text = fields?.serial_number ?? fields?.id_document_number;
  return text === undefined || MASKED.test(text) ? undefined : { text, country: fields?.id_document_country };
}

/** `*****678Z`: the provider hides the number. */
const MASKED = /[*•●…]/;

/** The digest is salted with the archive's id, because a number has few digits. */
function acceptedMark({ id }: Archive, number: DocumentNumber | undefined): string {
  if (number === undefined) return 'signer-accepted-not-shown';
  const digest = createHash('sha256')
    .update(`${id} ${bareNumber(number.text)}`)
    .digest('hex');
  return `signer-accepted-${digest.slice(0, 32)}`;
}

const UNEXPECTED: Record<Exclude<IdentityWord, 'as-expected'>, string> = {
  different: 'The document number at the provider is not the expected one.',
  'not-shown': 'The provider shows no document number. The settings ask for a decision in this case.',
};

function unexpectedSigner(word: Exclude<IdentityWord, 'as-expected'>) {
  const ways = 'Look at the data with `identity`. Then correct it, refuse, or approve and accept it.';
  return stepFailure('SIGNER_UNEXPECTED', `${UNEXPECTED[word]} ${ways}`, { facts: { identity: word } });
}

function viewOf(
  record: RequestRecord,
  signer: { email: string; phone: string },
  read: ProviderRequest,
  { fields }: { fields: IdentityFields | undefined },
): IdentityView {
  const { expected } = record.signer;
  const name = [fields?.given_name, fields?.surname_1, fields?.surname_2].filter(Boolean).join(' ');
  const same = compared(record, read, fields);
  const rows: IdentityField[] = [
    row('name', name || undefined, expected?.name, isSameName),
    ...IDENTITY_FIELDS.map((field) =>
      field === 'serial_number'
        ? row(field, fields?.[field], expected?.documentNumber, () => same === 'as-expected')
        : row(field, fields?.[field]),
    ),
    row('email', read.email, signer.email, (one, other) => one.toLowerCase() === other.toLowerCase()),
    row('mobile_phone_number', read.phone, signer.phone, isSamePhone),
  ];
  return {
    status: read.status,
    identity: expected === undefined ? 'nothing-expected' : (same ?? 'not-shown'),
    fields: rows.filter(({ shown, expected: wanted }) => shown !== undefined || wanted !== undefined),
  };
}

/** Characters of a shown value. It travels through Temporal, and the provider may send anything. */
const LONGEST_SHOWN = 300;

function row(
  name: IdentityField['name'],
  shown: string | undefined,
  expected?: string,
  isSame: (one: string, other: string) => boolean = () => false,
): IdentityField {
  return {
    name,
    ...(shown === undefined ? {} : { shown: shown.slice(0, LONGEST_SHOWN) }),
    ...defined({ expected }),
    ...(shown === undefined || expected === undefined ? {} : { same: isSame(shown, expected) }),
  };
}

/** Identity documents have only capitals, and often no accents. */
function isSameName(one: string, other: string): boolean {
  return plain(one) === plain(other);
}

function plain(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Whether two phone numbers have the same digits, whatever else is written between them. */
export function isSamePhone(one: string, other: string): boolean {
  return digitsOf(one) === digitsOf(other);
}

function digitsOf(phone: string): string {
  return phone.replaceAll(/\D/g, '').replace(/^00/, '');
}
