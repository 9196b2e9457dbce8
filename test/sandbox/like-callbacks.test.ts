import { callback, type Content, standLike } from './like-files.js';
import { Receiver } from './support.js';

/** The callbacks of a new request, and of its video. */
async function received(content: Content) {
  const receiver = await Receiver.start();
  try {
    const stand = await standLike(content, { behaviour: { webhook: receiver.url } });
    try {
      const { pk } = await stand.create();
      await receiver.atLeast(1);
      await stand.video(pk);
      const [first, second] = await receiver.atLeast(2);
      return { pk, first, second };
    } finally {
      await stand.close();
    }
  } finally {
    await receiver.close();
  }
}

describe('callbacks of a sandbox that is like a provider', () => {
  const EVENT = {
    event_type: 'VIDEOID_UPDATED',
    sent_at: '20261130101010',
    request: { status: 'VIDEOREVIEW', pk: 1 },
    certificates: [],
  };

  test('have the recorded payload, with the status and number of the sandbox', async () => {
    const callbacks = [
      callback({ ...EVENT, extra: 'x', request: { status: 'VIDEOREVIEW', pk: '1' } }, { status: 'VIDEOREVIEW' }),
    ];
    const { pk, first, second } = await received({ callbacks });
    expect(first).toMatchObject({ event_type: 'REQUEST_CREATED', request: { status: 'VIDEOPENDING', pk: String(pk) } });
    expect(second).toMatchObject({ event_type: 'VIDEOID_UPDATED', request: { status: 'VIDEOREVIEW', pk: String(pk) } });
    expect(Object.keys(second ?? {})).toEqual(Object.keys({ ...EVENT, extra: '' }));
  });

  test('in a shape that no document shows have the status and number where they were', async () => {
    const body = { kind: 'change', data: { request_pk: 1, status: 'VIDEOREVIEW' } };
    const { pk, first } = await received({ callbacks: [callback(body, { payload: 'other', status: 'VIDEOREVIEW' })] });
    expect(first).toMatchObject({ data: { request_pk: pk, status: 'VIDEOPENDING' } });
  });
});
