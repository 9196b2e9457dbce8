import type { Connection } from '@temporalio/client';
import { OwnPlace } from '../../src/temporal/own-place.js';
import { GRPC } from '../../src/temporal/failures.js';

const SETTINGS = { namespace: 'videoid', address: 'temporal:7233' };

async function withDeadline<T>(_until: number, ask: () => Promise<T>): Promise<T> {
  return await ask();
}

/** A server of which the test says how it answers. Each answer is counted. */
function aServer(answers: { namespaceId: string; global?: boolean; cluster?: string | number }) {
  const asked = { namespace: 0, cluster: 0 };
  const workflowService = {
    describeNamespace: async () => {
      asked.namespace += 1;
      return Promise.resolve({
        namespaceInfo: { id: answers.namespaceId },
        isGlobalNamespace: answers.global ?? false,
      });
    },
    getClusterInfo: async () => {
      asked.cluster += 1;
      const { cluster = '' } = answers;
      if (typeof cluster === 'string') return Promise.resolve({ clusterId: cluster });
      return Promise.reject(Object.assign(new Error('no'), { code: cluster, details: 'no', metadata: {} }));
    },
  };
  const connection = { workflowService, withDeadline } as unknown as Connection;
  return { answers, asked, place: new OwnPlace(connection, SETTINGS) };
}

test('a place is namespace and cluster, and is asked for once', async () => {
  const { place, asked } = aServer({ namespaceId: 'n1', cluster: 'c1' });
  await place.known();
  expect(await place.known()).toEqual({ ...SETTINGS, namespaceId: 'n1', clusterId: 'c1' });
  expect(asked).toEqual({ namespace: 1, cluster: 1 });
});

test.each([
  ['may move between clusters', { namespaceId: 'n1', global: true, cluster: 'c1' }],
  ['belongs to a server that does not show its cluster', { namespaceId: 'n1', cluster: GRPC.PERMISSION_DENIED }],
  ['belongs to a server that has no such call', { namespaceId: 'n1', cluster: GRPC.UNIMPLEMENTED }],
])('a namespace that %s has no cluster', async (_, answers) => {
  expect(await aServer(answers).place.known()).toEqual({ ...SETTINGS, namespaceId: 'n1' });
});

test('a server that does not answer is not taken for one without a cluster', async () => {
  const { place } = aServer({ namespaceId: 'n1', cluster: GRPC.UNAVAILABLE });
  await expect(place.known()).rejects.toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
});

test('a place is the same by its ids, whatever its address; a difference is looked up again', async () => {
  const { place, asked, answers } = aServer({ namespaceId: 'n1', cluster: 'c1' });
  const first = { namespace: 'videoid', namespaceId: 'n1', clusterId: 'c1', address: 'elsewhere:1' };
  expect(await place.is(first)).toBe(true);
  expect(asked.namespace).toBe(1);
  expect(await place.is({ ...first, clusterId: 'c2' })).toBe(false);
  const { clusterId: _unknown, ...without } = first;
  expect(await place.is(without)).toBe(true);
  answers.namespaceId = 'n2'; // the server was replaced by another
  expect(await place.is({ ...without, namespaceId: 'n2' })).toBe(true);
  expect(await place.is(first)).toBe(false);
});
