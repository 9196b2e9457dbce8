import { behaviourLike } from '../../sandbox/like/behaviour.js';
import { probeFileIn } from '../../sandbox/like/probe-file.js';
import { type Content, exchange, fileExchange, probeFile, refusal, success, using } from './like-files.js';
import { ORDER, pdf, type Stand } from './support.js';

const behaviour = (content: Content) => behaviourLike(probeFileIn(probeFile(content), 'probe.json'));

const afterCancel = (value: string): NonNullable<Content['notes']> => [
  { step: 'third', name: 'status-after-cancel', value },
];
/** Some providers refuse with HTTP 200. */
const NOT_ALLOWED = exchange('third/cancel', 200, { status: 'error', code: 405, message: 'Method Not Allowed' });
const CANCEL = exchange('third/cancel', 200, { status: 'success', message: 'Directory removed' });
/** A read whose status is in another form than a text. */
const UNREAD = exchange('third/read-cancelled', 200, { detail: { pk: 1 } });

test.each([
  ['refuses with HTTP 200', { exchanges: [NOT_ALLOWED], notes: afterCancel('VIDEOPENDING') }, 'absent'],
  ['refuses with HTTP 200, and nothing is noted', { exchanges: [NOT_ALLOWED] }, 'absent'],
  ['refuses for another reason', { exchanges: [exchange('third/cancel', 412, { detail: 'No' })] }, 'absent'],
  ['refuses, but cancels', { exchanges: [NOT_ALLOWED], notes: afterCancel('CANCELLED') }, 'cancels'],
  ['cancels, as is noted', { exchanges: [CANCEL, UNREAD], notes: afterCancel('CANCELLED') }, 'cancels'],
  ['has a word of its own for the end', { exchanges: [CANCEL, UNREAD], notes: afterCancel('REVOKED') }, 'cancels'],
  ['leaves the status', { exchanges: [CANCEL, UNREAD], notes: afterCancel('VIDEOPENDING') }, 'removes-folder'],
  ['shows no status', { exchanges: [CANCEL, UNREAD], notes: afterCancel('not shown') }, undefined],
  ['is away', { exchanges: [exchange('third/cancel', 503, { detail: 'Away' })] }, undefined],
  ['answers with a page', { exchanges: [exchange('third/cancel', 200, '<html></html>'), UNREAD] }, undefined],
  [
    'has cancelled by the refusal before',
    {
      exchanges: [NOT_ALLOWED],
      notes: [{ step: 'third', name: 'status-after-refusal', value: 'CANCELLED' }, ...afterCancel('CANCELLED')],
    },
    undefined,
  ],
])('a provider that %s: cancelling does the same', (_, content: Content, expected) => {
  expect(behaviour(content).cancel).toBe(expected);
});

test.each([
  ['every kind', refusal, 'nowhere'],
  ['this kind', fileExchange, 'query'],
])('a deletion that names the signed file deletes %s', (_, original, expected) => {
  const exchanges = [
    success('cleaning/delete'),
    refusal('cleaning/signed-left'),
    success('cleaning/delete-signed-query'),
    refusal('cleaning/signed-left-query'),
    original('cleaning/original-left-query'),
    original('cleaning/delete-original'),
  ];
  const findings = [
    { assumption: 'deletionWithoutType', verdict: 'confirmed' as const, setting: 'every-kind' },
    { assumption: 'deletionByType', verdict: 'confirmed' as const, setting: 'query' },
  ];
  expect(behaviour({ exchanges, findings }).deletionByType).toBe(expected);
});

const read = (place: string, status: string, at = 0) => exchange(place, 200, { detail: { pk: 1, status } }, { at });

/** What the deletion of a new request answers, and the request after it. */
async function cancelled(stand: Stand) {
  const { body } = await stand.api('POST', '/videoid', ORDER);
  const { request_pk: pk } = body['detail'] as { request_pk: number };
  const answer = await stand.api('DELETE', `/request/${pk}`);
  return { answer, after: (await stand.api('GET', `/request/${pk}`)).body['detail'] };
}

describe('a request that is deleted', () => {
  test('is shown as cancelled at once, although the provider shows an approval late', async () => {
    const exchanges = [
      exchange('approve/approve', 200, { status: 'success' }, { at: 1000 }),
      read('approve/read', 'VIDEOREVIEW', 1100),
      read('approve/read', 'ENROLLREADY', 90_000),
      exchange('third/cancel', 200, { status: 'success', message: 'Directory removed' }),
      read('third/read-cancelled', 'CANCELLED'),
    ];
    await using({ exchanges }, async (stand) => {
      const { answer, after } = await cancelled(stand);
      expect(answer.status).toBe(200);
      expect(after).toMatchObject({ status: 'CANCELLED' });
    });
  });

  test('goes on at a provider that refuses it with HTTP 200', async () => {
    const refused = { status: 'error', code: 405, message: 'Method Not Allowed' };
    const exchanges = [
      exchange('third/cancel', 200, refused),
      read('third-create/read', 'VIDEOPENDING'),
      read('third/read-cancelled', 'VIDEOPENDING'),
    ];
    await using({ exchanges }, async (stand) => {
      const { answer, after } = await cancelled(stand);
      expect(answer).toMatchObject({ status: 200, body: { status: 'error', message: 'Method Not Allowed' } });
      expect(after).toMatchObject({ status: 'VIDEOPENDING' });
    });
  });
});

test('a contract that is not given after signing is refused in the recorded form', async () => {
  const gone = exchange('signed/contract-signed', 404, { problem: 'no contract' });
  await using({ exchanges: [fileExchange('contract/contract'), gone] }, async (stand) => {
    const { pk } = await stand.createReady();
    await stand.upload(pk, await pdf('one'));
    const before = await fetch(`${stand.sandbox.api}/contract/${pk}`);
    expect([before.status, before.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    await stand.sign(pk);
    const after = await stand.api('GET', `/contract/${pk}`);
    expect(after).toEqual({ status: 404, body: { problem: expect.any(String) } });
  });
});

const no = (kind: string) => ({ problem: { [kind]: true } });

test('a provider that gives originals by their path alone refuses the other forms as recorded', async () => {
  const exchanges = [
    exchange('documents/original-query', 409, no('query')),
    exchange('documents/original-plain', 409, no('plain')),
    exchange('documents/unknown-document', 404, no('unknown')),
    fileExchange('documents/original-path'),
    fileExchange('signed/signed-path'),
    fileExchange('signed/signed-query'),
  ];
  await using({ exchanges }, async (stand) => {
    const { pk } = await stand.createReady();
    const uid = await stand.uploadOne(pk, await pdf('one'));
    const get = (path: string) => stand.api('GET', `/document/${pk}/${path}`);
    expect(await get(`${uid}?document_type=original`)).toMatchObject({
      status: 409,
      body: { problem: { query: false } },
    });
    expect(await get(uid)).toMatchObject({ status: 409, body: { problem: { plain: false } } });
    expect(await get('unknown?document_type=original')).toMatchObject({
      status: 404,
      body: { problem: { unknown: false } },
    });
    expect((await stand.file(`/document/${pk}/original/${uid}`)).subarray(0, 4).toString()).toBe('%PDF');
  });
});
