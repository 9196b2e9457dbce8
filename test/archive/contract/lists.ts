import * as fc from 'fast-check';
import type { Archive } from '../../../src/archive/archive.js';
import { openArchive } from '../../../src/archive/open-archive.js';
import type { ListedRequest, ListPosition, RequestFilter } from '../../../src/archive/request-list.js';
import type { RequestRecord } from '../../../src/archive/request-record.js';
import type { Deletion } from '../../../src/messages/deletion.js';
import type { Outcome } from '../../../src/messages/outcome.js';
import type { Flow, RequestPk, VideoidPk } from '../../../src/messages/request.js';
import { generateCodecKey, type KeyRing, loadKeyRing } from '../../../src/security/keys.js';
import { keyOf, recordOf } from '../sample-start.js';
import { envelopeOf, IN_ATTENTION } from './envelopes.js';
import { type MakePlace, type Place, TestedArchive } from './tested-archive.js';

const DELETION = {
  actor: { kind: 'operator' },
  reason: 'asked for',
  left: { requestPks: [], documents: [] },
} satisfies Deletion;

/** A time that many share. */
const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const signed = (reference: string): Outcome => ({
  reference,
  attempt: 1,
  outcome: 'signed',
  reason: 'signed',
  actor: { kind: 'signer' },
  at: at(59),
  cleanup: 'done',
  documents: [],
  durations: {},
});

async function add(archive: Archive, reference: string, more: Partial<RequestRecord> = {}): Promise<void> {
  const { flow = 'signature' } = more;
  await (await archive.begin()).commit(recordOf(keyOf(reference, 1, flow), [], more));
}

async function namesOf(archive: Archive, filter: RequestFilter): Promise<string[]> {
  return (await archive.list(filter, { limit: 100 })).map(({ reference }) => reference);
}

function positionOf(request: ListedRequest | undefined): ListPosition | undefined {
  return request && { createdAt: Date.parse(request.createdAt), workflowId: request.workflowId };
}

/** Which requests a list has, in which order, and on which page. */
export function describeLists(makePlace: MakePlace): void {
  let tested: TestedArchive;
  let archive: Archive;
  beforeAll(async () => {
    tested = await TestedArchive.make(makePlace);
    ({ archive } = tested);
    await add(archive, 'order_1', { createdAt: at(1), metadata: { customer: '17', branch: 'north' } });
    await add(archive, 'orderX1', { createdAt: at(2), registrationAuthority: '13', metadata: { customer: '17' } });
    await add(archive, 'ORDER_1', { createdAt: at(3) });
    await add(archive, 'person', { createdAt: at(4), flow: 'enrolment' });
    await add(archive, 'person-deleted', { createdAt: at(5), metadata: { customer: '17' } });
    await archive.recordOutcome(keyOf('orderX1'), signed('orderX1'));
    await archive.recordOutcome(keyOf('person-deleted'), signed('person-deleted'));
    await archive.deleteRequest(keyOf('person-deleted'), DELETION);
    await archive.writeJournal(keyOf('order_1'), envelopeOf('run', 1, [], { stand: IN_ATTENTION }));
    await archive.writeJournal(keyOf('ORDER_1'), envelopeOf('run', 1, []));
    await archive.writeProvider(keyOf('order_1'), { requestPk: '77' as RequestPk, videoidPk: '78' as VideoidPk });
  });
  afterAll(() => tested.close());

  it.each<[string, RequestFilter, string[]]>([
    ['nothing', {}, ['person', 'ORDER_1', 'orderX1', 'order_1']],
    ['a flow', { flow: 'enrolment' }, ['person']],
    ['those that run', { ended: false }, ['person', 'ORDER_1', 'order_1']],
    ['those that ended', { ended: true }, ['orderX1']],
    ['an outcome', { outcome: 'signed' }, ['orderX1']],
    ['another outcome', { outcome: 'refused' }, []],
    ['a registration authority', { registrationAuthorities: ['13'] }, ['orderX1']],
    ['two of them', { registrationAuthorities: ['12', '13'], flow: 'signature' }, ['ORDER_1', 'orderX1', 'order_1']],
    ['none of them', { registrationAuthorities: [] }, []],
    ['a prefix', { prefix: 'order' }, ['orderX1', 'order_1']],
    ['a prefix with _, which stands for itself', { prefix: 'order_' }, ['order_1']],
    ['a prefix with %, which stands for itself', { prefix: '%' }, []],
    ['a prefix with a backslash', { prefix: 'order\\' }, []],
    ['a stage', { stage: 'video' }, ['ORDER_1', 'order_1']],
    ['the end', { stage: 'ended' }, ['orderX1']],
    ['attention', { attention: true }, ['order_1']],
    ['no attention', { attention: false }, ['person', 'ORDER_1', 'orderX1']],
    ['attention of a kind', { code: 'PROVIDER_UNREACHABLE' }, ['order_1']],
    ['attention of another kind', { code: 'TLS_FAILED' }, []],
    ['a request_pk', { providerId: '77' }, ['order_1']],
    ['a videoid_pk', { providerId: '78' }, ['order_1']],
    ['an unknown id', { providerId: '7' }, []],
    ['a time', { createdFrom: Date.parse(at(2)), createdTo: Date.parse(at(4)) }, ['ORDER_1', 'orderX1']],
    ['metadata', { metadata: { customer: '17' } }, ['orderX1', 'order_1']],
    ['several values of metadata', { metadata: { customer: '17', branch: 'north' } }, ['order_1']],
    ['metadata of no request', { metadata: { customer: '17', branch: 'south' } }, []],
    ['ids', { workflowIds: ['signature-order_1', 'enrolment-person', 'signature-nobody'] }, ['person', 'order_1']],
    ['no ids', { workflowIds: [] }, []],
    ['an attack', { metadata: { customer: "17' or '1' = '1" }, prefix: "' or 1 = 1 --" }, []],
  ])('has what fits: %s', async (_what, filter, wanted) => {
    expect(await namesOf(archive, filter)).toEqual(wanted);
  });

  it('says what the records know, and nothing of the person', async () => {
    const [listed] = await archive.list({ providerId: '77' }, { limit: 1 });
    expect(listed).toEqual({
      flow: 'signature',
      reference: 'order_1',
      attempt: 1,
      workflowId: 'signature-order_1',
      registrationAuthority: '12',
      metadata: { customer: '17', branch: 'north' },
      requestPk: '77',
      videoidPk: '78',
      stage: 'video',
      attention: 'PROVIDER_UNREACHABLE',
      createdAt: at(1),
    });
    const [ended] = await archive.list({ ended: true }, { limit: 1 });
    expect(ended).toMatchObject({ outcome: 'signed', endedAt: at(59) });
  });

  it('gives every request once, the newest first, also while others are added', async () => {
    const request = fc.record({
      second: fc.nat(3),
      flow: fc.constantFrom<Flow>('signature', 'enrolment'),
      label: fc.constantFrom('a', 'b'),
    });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom<RequestFilter>({}, { flow: 'signature' }, { metadata: { label: 'a' } }, { ended: false }),
        async (given, limit, more) => {
          run += 1;
          const since = run * 1000;
          const filter = { ...more, createdFrom: Date.parse(at(since)), createdTo: Date.parse(at(since + 500)) };
          for (const [index, { second, flow, label }] of given.entries()) {
            await add(archive, `paged-${run}-${index}`, { createdAt: at(since + second), metadata: { label }, flow });
          }
          const before = await archive.list(filter, { limit: 100 });
          const paged: ListedRequest[] = [];
          for (let added = 0; ; added += 1) {
            const page = await archive.list(filter, { after: positionOf(paged.at(-1)), limit });
            if (page.length === 0) break;
            paged.push(...page);
            await add(archive, `added-${run}-${added}`, { createdAt: at(since + 30), metadata: { label: 'a' } });
          }
          expect(paged).toEqual(before);
          const sorted = before.map(({ createdAt, workflowId }) => `${createdAt} ${workflowId}`);
          expect(sorted).toEqual(sorted.toSorted().toReversed());
        },
      ),
      { numRuns: 15 },
    );
  });
}

/** How people are looked up. */
export function describePeople(makePlace: MakePlace): void {
  const keys = new Map<string, string>();
  const ring = async (...ids: string[]): Promise<KeyRing> => {
    for (const id of ids) process.env[`TEST_CODEC_${id}`] = keys.get(id) ?? generateCodecKey();
    for (const id of ids) keys.set(id, process.env[`TEST_CODEC_${id}`] ?? '');
    return await loadKeyRing(ids.map((id) => ({ id, key: `env:TEST_CODEC_${id}` })));
  };
  let place: Place;
  const opened: Archive[] = [];
  beforeAll(async () => {
    place = await makePlace();
  });
  afterAll(async () => {
    for (const each of opened) await each.close();
  });
  const open = async (codecKeys?: KeyRing): Promise<Archive> => {
    const archive = await openArchive(place.settings, { create: true, codecKeys });
    opened.push(archive);
    return archive;
  };

  it('by the present e-mail address and phone, not by corrected ones', async () => {
    const archive = await open();
    const signer = { email: 'one@example.com', phone: '+34600000001' };
    await add(archive, 'corrected', { signer });
    const number = await archive.addCorrection(keyOf('corrected'), { email: 'other@example.com' });
    expect(await namesOf(archive, { email: 'OTHER@example.com' })).toEqual(['corrected']);
    expect(await namesOf(archive, { email: signer.email })).toEqual([]);
    expect(await namesOf(archive, { phone: signer.phone })).toEqual(['corrected']);
    expect(await namesOf(archive, { phone: signer.phone, email: 'nobody@example.com' })).toEqual([]);
    await archive.dropCorrection(keyOf('corrected'), number);
    expect(await namesOf(archive, { email: 'other@example.com' })).toEqual([]);
    expect(await namesOf(archive, { email: signer.email })).toEqual(['corrected']);
    await archive.addCorrection(keyOf('corrected'), { fields: { given_name: 'ADA' } });
    expect(await namesOf(archive, { email: signer.email })).toEqual(['corrected']);
  });

  it('with every codec key that the settings still have, and without encryption', async () => {
    await add(await open(), 'without', { createdAt: at(1) });
    await add(await open(await ring('a')), 'with-a', { createdAt: at(2) });
    await add(await open(await ring('b', 'a')), 'with-b', { createdAt: at(3) });
    const email = 'signer@example.com';
    expect(await namesOf(await open(await ring('b', 'a')), { email })).toEqual(['with-b', 'with-a', 'without']);
    expect(await namesOf(await open(await ring('b')), { email })).toEqual(['with-b', 'without']);
    expect(await namesOf(await open(await ring('c')), { email })).toEqual(['without']);
  });
}
