import type { Likeness } from './likeness.js';
import type { Answered } from './occasions.js';

/** What callers cannot do without. The values are in no recorded text. */
interface Needed {
  endpoint: string;
  after?: Answered['after'];
  /** Either is enough: uids have two forms. */
  payloads: readonly Record<string, string | number>[];
}

const PK = 918_273_645;
const UUID = '7ad5e1c0-93b4-4f5e-8a61-2c0d9be4f713';

const NEEDED: readonly Needed[] = [
  {
    endpoint: 'create',
    payloads: [{ request_pk: PK, videoid_pk: 546_372_819, videoid_link: `https://sandbox.example/${UUID}` }],
  },
  { endpoint: 'upload', payloads: [{ uid: UUID }, { uid: UUID.replaceAll('-', '') }] },
  ...(['VIDEOPENDING', 'VIDEOREVIEW', 'ENROLLREADY', 'ISSUED', 'CANCELLED'] as const).map((status) => ({
    endpoint: 'get-request',
    after: status,
    payloads: [{ status }],
  })),
];

/** What nobody can find in answers of this shape, as sentences. */
export function lackingIn(likeness: Likeness): string[] {
  return NEEDED.flatMap(({ endpoint, after, payloads }) => {
    const [fewest = []] = payloads
      .map((payload) => lackingOf(likeness, { endpoint, after }, payload))
      .toSorted((a, b) => a.length - b.length);
    if (fewest.length === 0) return [];
    const where = after === undefined ? endpoint : `get-request in ${after}`;
    return [`The answer to ${where} has no ${fewest.join(', ')}: no field of the recorded shape is known to hold it.`];
  });
}

function lackingOf(
  likeness: Likeness,
  at: Pick<Answered, 'endpoint' | 'after'>,
  payload: Record<string, string | number>,
): string[] {
  const answered = { ...at, refused: false, words: '', params: {}, query: {}, body: {} };
  const given = likeness.answer(answered, { status: 'success', detail: payload });
  if (given === undefined) return [];
  const { body = '' } = given;
  return Object.entries(payload).flatMap(([name, value]) => (body.includes(String(value)) ? [] : [name]));
}
