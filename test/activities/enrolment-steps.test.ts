import { recordsOf } from '../archive/records-of.js';
import { eventually } from '../installation/patience.js';
import { EnrolmentAtWork } from './enrolment-at-work.js';
import { failureOf } from './step-failure.js';
import { Workplace } from './workplace.js';

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open();
});
afterAll(() => at.close());

describe('an enrolment whose create was not answered', () => {
  test('is found by its scratchcard', async () => {
    const enrolment = await EnrolmentAtWork.started(at);
    await enrolment.fault({ name: 'answer-lost', endpoint: 'ra-create', times: 1 });
    expect(await enrolment.enrol()).toMatchObject({ status: 'VIDEOPENDING' });
    expect(await enrolment.atProvider()).toHaveLength(1);
  });

  test('is waited for where the provider lists it late, and takes no second scratchcard', async () => {
    await at.provider.settings({ behaviour: { ra: { listLag: 4000 } } });
    const enrolment = await EnrolmentAtWork.started(at);
    await enrolment.fault({ name: 'answer-lost', endpoint: 'ra-create', times: 1 });
    const unknown = { code: 'PROVIDER_ANSWER_UNKNOWN', retries: true };
    expect(await failureOf(enrolment.enrol())).toMatchObject(unknown);
    expect(await failureOf(enrolment.enrol(2))).toMatchObject({ ...unknown, pause: 5000 });
    await eventually(async () => {
      const tried = await enrolment.enrol(3).catch(() => undefined);
      return tried !== undefined;
    });
    await at.provider.settings({ behaviour: { ra: { listLag: 0 } } });
    expect((await enrolment.atProvider()).map(({ pk }) => String(pk))).toEqual([enrolment.requestPk]);
  });

  test('goes on at once where the scratchcard was refused as used: nothing is in doubt', async () => {
    const enrolment = await EnrolmentAtWork.started(at);
    const text = '{"code":"500","id":"80a9e5709417bdc9","error":"Invalid ScratchCard"}';
    await enrolment.fault({ name: 'answer-500', endpoint: 'ra-create', times: 2, text });
    await enrolment.enrol();
    expect(new Set((await at.archive.cards(enrolment.key)).map(({ sn }) => sn)).size).toBe(1);
    expect(await enrolment.atProvider()).toHaveLength(1);
  });

  test('takes another scratchcard where somebody else has used the first', async () => {
    const enrolment = await EnrolmentAtWork.started(at);
    await enrolment.fault({ name: 'connection-cut-before', endpoint: 'ra-create', times: 1 });
    await failureOf(enrolment.enrol());
    const [card] = await at.archive.cards(enrolment.key);
    const other = await EnrolmentAtWork.started(at);
    await other.enrol();
    expect((await other.provider()).scratchcard).toBe(card?.sn);
    await enrolment.enrol(2);
    expect((await enrolment.provider()).scratchcard).not.toBe(card?.sn);
    expect(await enrolment.atProvider()).toHaveLength(1);
  });
});

describe('the secrets that an approval answers', () => {
  test('are stored sealed before the approval is reported', async () => {
    const enrolment = await EnrolmentAtWork.completed(at);
    expect(await enrolment.approve()).toEqual({ status: 'ENROLLREADY', effect: 'ours', secrets: 'kept' });
    expect(await enrolment.keptSecrets()).toEqual((await enrolment.provider()).secrets);
  });

  test.each(['answer-lost', 'answer-cut', 'answer-500-after'])(
    'are read from the scratchcard where the answer did not come home (%s)',
    async (name) => {
      const enrolment = await EnrolmentAtWork.completed(at);
      await enrolment.fault({ name, endpoint: 'ra-approve', times: 1 });
      expect(await failureOf(enrolment.approve())).toMatchObject({ code: 'PROVIDER_ANSWER_UNKNOWN', retries: true });
      expect(await enrolment.approve(2)).toEqual({ status: 'ENROLLREADY', effect: 'in-doubt', secrets: 'read-again' });
      const { done, secrets } = await enrolment.provider();
      expect(done['ra-approve']).toBe(1);
      expect(await enrolment.keptSecrets()).toEqual(secrets);
    },
  );

  test('are read from the scratchcard where the archive could not take them when they came', async () => {
    const enrolment = await EnrolmentAtWork.completed(at);
    const records = recordsOf(at.config.archive.directory);
    records.change('alter table sealed rename to sealed_elsewhere');
    const unavailable = { code: 'ARCHIVE_UNAVAILABLE', retries: true, temporary: true };
    expect(await failureOf(enrolment.approve())).toMatchObject(unavailable);
    expect(await failureOf(enrolment.approve(2))).toMatchObject(unavailable);
    records.change('alter table sealed_elsewhere rename to sealed');
    expect(await enrolment.approve(3)).toEqual({ status: 'ENROLLREADY', effect: 'in-doubt', secrets: 'read-again' });
    expect(await enrolment.keptSecrets()).toEqual((await enrolment.provider()).secrets);
  });

  test('are reported as lost if the scratchcard is not shown either', async () => {
    const enrolment = await EnrolmentAtWork.completed(at);
    await enrolment.fault({ name: 'answer-lost', endpoint: 'ra-approve', times: 1 });
    await failureOf(enrolment.approve());
    const text = '{"detail":"You do not have permission to perform this action."}';
    const refused = { name: 'answer-other', endpoint: 'ra-list-scratchcards', code: 403, text };
    const fault = await at.provider.addFault(refused);
    expect(await enrolment.approve(2)).toEqual({ status: 'ENROLLREADY', effect: 'in-doubt', secrets: 'lost' });
    await at.provider.removeFault(fault);
    expect(await enrolment.keptSecrets()).toBeUndefined();
  });

  test('are nobody’s business here where it was approved in the console', async () => {
    const enrolment = await EnrolmentAtWork.completed(at);
    await at.provider.operator(enrolment.requestPk, 'approve');
    expect(await enrolment.approve()).toEqual({ status: 'ENROLLREADY', effect: 'none' });
  });
});

describe('nothing is approved while its secrets could not be kept:', () => {
  test.each([
    ['room', 'ARCHIVE_FULL'],
    ['seal key', 'BAD_SETTING'],
  ] as const)('there is no %s', async (lack, code) => {
    const enrolment = await EnrolmentAtWork.completed(at);
    const elsewhere = await at.without(lack);
    expect(await failureOf(enrolment.approve(1, elsewhere))).toMatchObject({ code });
    const { status, calls } = await enrolment.provider();
    expect({ status, approved: calls['ra-approve'] }).toEqual({ status: 'CREATED', approved: undefined });
  });
});

describe('an evidence document whose upload was not answered', () => {
  test('is not uploaded again when the provider has it', async () => {
    const enrolment = await EnrolmentAtWork.validated(at);
    await enrolment.fault({ name: 'answer-lost', endpoint: 'ra-upload-evidence', times: 1 });
    await failureOf(enrolment.complete());
    expect(await enrolment.complete(2)).toEqual({ missing: [] });
    expect((await enrolment.provider()).documents).toMatchObject([{ label: 'agreement.pdf' }, { label: 'annex.pdf' }]);
  });

  test('is uploaded when it has not', async () => {
    const enrolment = await EnrolmentAtWork.validated(at);
    await enrolment.fault({ name: 'connection-cut-before', endpoint: 'ra-upload-evidence', times: 1 });
    await failureOf(enrolment.complete());
    expect(await enrolment.complete(2)).toEqual({ missing: [] });
    expect((await enrolment.provider()).documents).toMatchObject([{ label: 'agreement.pdf' }, { label: 'annex.pdf' }]);
  });

  test('is uploaded again if the provider does not list its documents', async () => {
    const enrolment = await EnrolmentAtWork.validated(at);
    await enrolment.fault({ name: 'answer-lost', endpoint: 'ra-upload-evidence', times: 1 });
    await enrolment.fault({
      name: 'answer-other',
      endpoint: 'ra-get-documents',
      code: 404,
      text: '{"detail":"Not found."}',
    });
    await failureOf(enrolment.complete());
    expect(await enrolment.complete(2)).toEqual({ missing: [] });
    const labels = (await enrolment.provider()).documents.map(({ label }) => label);
    expect(labels).toEqual(['agreement.pdf', 'agreement.pdf', 'annex.pdf']);
  });
});

test('declined twice at once, it is declined', async () => {
  const enrolment = await EnrolmentAtWork.completed(at);
  const hold = await enrolment.fault({ name: 'hold-before', endpoint: 'ra-cancel' });
  const both = Promise.all([enrolment.decline(), enrolment.decline(2)]);
  await eventually(async () => (await at.provider.held(hold)) === 2);
  await at.provider.removeFault(hold);
  expect((await both).map(({ status }) => status)).toEqual(['CANCELLED', 'CANCELLED']);
  expect((await enrolment.provider()).done['ra-cancel']).toBe(1);
});

test('declined without an answer, it is found declined', async () => {
  const enrolment = await EnrolmentAtWork.completed(at);
  await enrolment.fault({ name: 'answer-lost', endpoint: 'ra-cancel', times: 1 });
  await failureOf(enrolment.decline());
  expect(await enrolment.decline(2)).toEqual({ status: 'CANCELLED', effect: 'in-doubt' });
});
