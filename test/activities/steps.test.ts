import { EventEmitter, once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { OFFICER } from '../../local/local-config.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { eventually } from '../installation/patience.js';
import { failureOf, NOTHING } from './step-failure.js';
import { type Reached, Workplace } from './workplace.js';

let at: Workplace;
beforeAll(async () => {
  at = await Workplace.open();
});
afterAll(() => at.close());

const requestIn = async (reached: Reached) => (await at.newRequest()).reach(reached);

describe('create', () => {
  test('keeps link and ids, and routes hints, before it answers', async () => {
    const request = await requestIn('nowhere');
    expect(await request.create()).toEqual({ status: 'VIDEOPENDING' });
    const [found] = await request.atProvider();
    const { videoidPk, requestPk } = request.ids;
    expect({ videoidPk, requestPk }).toEqual({ videoidPk: String(found?.videoidPk), requestPk: String(found?.pk) });
    expect(await at.archive.readProvider(request.key)).toMatchObject({ ...request.ids, videoidLink: found?.link });
    const { flow, reference, attempt } = request.key;
    const workflowId = `signature-${reference}`;
    expect(await at.archive.readIndex('sandbox', requestPk)).toEqual({ workflowId, flow, reference, attempt });
  });

  test('tried again after its answer was kept, it gives the same', async () => {
    const request = await requestIn('VIDEOPENDING');
    const { requestPk } = request.ids;
    await request.create(2);
    expect(request.ids.requestPk).toBe(requestPk);
    expect(await request.atProvider()).toHaveLength(1);
  });

  test.each([
    ['an answer lost', { name: 'answer-lost' }, 1],
    ['an answer cut off', { name: 'answer-cut' }, 1],
    ['a failure with unfamiliar words', { name: 'answer-500-after' }, 1],
    ['a bad gateway', { name: 'answer-other', code: 502 }, 0],
  ])('after %s it is in doubt, and never repeated blindly', async (_, fault, made) => {
    const request = await requestIn('nowhere');
    await request.fault({ endpoint: 'create', ...fault });
    const doubt = { code: 'CREATE_IN_DOUBT', retries: false, temporary: false };
    expect(await failureOf(request.create())).toMatchObject(doubt);
    expect(await failureOf(request.create(2))).toMatchObject(doubt);
    expect(await request.atProvider()).toHaveLength(made);
    await request.create(1, 2); // an operator orders another create, even if it is billed twice
    expect(await request.atProvider()).toHaveLength(made + 1);
  });

  test('refused for good it was not done, and a retry does it', async () => {
    const request = await requestIn('nowhere');
    const text = '{"status":"error","detail":"Videoid not enabled for Registration Authority 139"}';
    await request.fault({ name: 'answer-other', endpoint: 'create', code: 400, text });
    expect(await failureOf(request.create())).toMatchObject({ code: 'PROVIDER_REFUSED', retries: false });
    expect(await request.create()).toEqual({ status: 'VIDEOPENDING' });
    expect(await request.atProvider()).toHaveLength(1);
  });

  test('while the provider is busy it tries again by itself', async () => {
    const request = await requestIn('nowhere');
    await request.fault({ name: 'answer-429', endpoint: 'create', retryAfter: 3 });
    const failure = await failureOf(request.create());
    expect(failure).toMatchObject({ code: 'PROVIDER_BUSY', retries: true, temporary: true });
    expect(failure.pause).toBeGreaterThanOrEqual(3000);
    await request.create(2);
    expect(await request.atProvider()).toHaveLength(1);
  });
});

describe('watch', () => {
  test('without news it waits: slowly, and after a hint soon at first', async () => {
    const request = await requestIn('VIDEOPENDING');
    expect(await failureOf(request.watch('VIDEOPENDING', 1))).toMatchObject({ retries: true, pause: 1000 });
    expect(await failureOf(request.watch('VIDEOPENDING', 1, { soon: true }))).toMatchObject({ pause: 10 });
    expect(await failureOf(request.watch('VIDEOPENDING', 2, { soon: true }))).toMatchObject({ pause: 20 });
    expect(await failureOf(request.watch('VIDEOPENDING', 3, { soon: true }))).toMatchObject({ pause: 1000 });
  });

  test('all reads keep a gap between them', async () => {
    const request = await requestIn('VIDEOPENDING');
    const pace = { gap: 60_000, soon: [], slow: 1000, jitter: 0 };
    await failureOf(request.watch('VIDEOPENDING', 1, { pace }));
    const { pause } = await failureOf(request.watch('VIDEOPENDING', 2, { pace }));
    expect(pause).toBeGreaterThan(1000);
    expect((await request.provider()).calls['get-request']?.received).toBe(1);
  });

  test('trouble beyond the budget is reported once; then the first answer ends the wait', async () => {
    const request = await requestIn('VIDEOPENDING');
    await request.fault({ name: 'answer-503', endpoint: 'get-request', times: 2 });
    const budget = { budget: 0 };
    expect(await failureOf(request.watch('VIDEOPENDING', 1, budget))).toMatchObject({
      retries: false,
      temporary: true,
    });
    const recovering = { ...budget, recovering: true };
    expect(await failureOf(request.watch('VIDEOPENDING', 1, recovering))).toMatchObject({ retries: true });
    expect(await request.watch('VIDEOPENDING', 2, recovering)).toEqual({ status: 'VIDEOPENDING' });
  });
});

describe('approve and refuse', () => {
  test('wrong credentials are reported as such', async () => {
    const request = await requestIn('VIDEOREVIEW');
    const credentials = { pin: request.sealed('wrong') };
    const order = { ...request.ids, officer: OFFICER, decisionId: 'run-1', own: NOTHING, credentials };
    const approve = request.try((activities) => activities.approve(request.key, order));
    expect(await failureOf(approve)).toMatchObject({ code: 'CREDENTIALS_REFUSED', retries: false });
  });

  test('what was decided in the console is adopted, and nothing is written over it', async () => {
    const request = await requestIn('VIDEOREVIEW');
    await at.provider.console(request.ids.requestPk, 'refuse');
    expect(await request.approve()).toEqual({ status: 'CANCELLED', effect: 'none' });
    expect((await request.provider()).calls['approve']).toBeUndefined();
  });
});

describe('a decision that the provider shows', () => {
  test('is ours if the answer came home, although the read after it failed', async () => {
    const request = await requestIn('VIDEOREVIEW');
    await request.fault({ name: 'answer-503', endpoint: 'get-request', nth: 2 });
    expect(await failureOf(request.refuse())).toMatchObject({ code: 'PROVIDER_BUSY' });
    expect(await request.refuse(2)).toEqual({ status: 'CANCELLED', effect: 'ours' });
  });

  test('may be ours if the answer was lost', async () => {
    const request = await requestIn('VIDEOREVIEW');
    await request.fault({ name: 'answer-lost', endpoint: 'refuse' });
    await failureOf(request.refuse());
    expect(await request.refuse(2)).toEqual({ status: 'CANCELLED', effect: 'in-doubt' });
  });

  test('is not ours if nothing was sent, or if our call was refused', async () => {
    const request = await requestIn('VIDEOREVIEW');
    await request.fault({ name: 'answer-429', endpoint: 'refuse' });
    await failureOf(request.refuse());
    await at.provider.console(request.ids.requestPk, 'cancel');
    expect(await request.refuse(2)).toEqual({ status: 'CANCELLED', effect: 'none' });
  });

  test('is not ours if the console was faster by a moment', async () => {
    const request = await requestIn('VIDEOREVIEW');
    const hold = await request.fault({ name: 'hold-before', endpoint: 'refuse' });
    const refusing = request.refuse();
    await eventually(async () => (await at.provider.held(hold)) === 1);
    await at.provider.console(request.ids.requestPk, 'cancel');
    await at.provider.release(hold);
    expect(await refusing).toEqual({ status: 'CANCELLED', effect: 'none' });
  });
});

test('a document that the archive has lost is named by its number, with where it belongs, and a retry finds it again', async () => {
  const request = await requestIn('ENROLLREADY');
  const { location: path } = await at.archive.locateFile(request.key, { kind: 'document', index: 2 });
  const content = readFileSync(path);
  rmSync(path);
  const { words, ...failure } = await failureOf(request.upload());
  expect(failure).toMatchObject({ code: 'DOCUMENT_NOT_FOUND', retries: false, temporary: false });
  expect(words).toContain('Document 2 ');
  expect(words).toContain(path);
  expect(words).toContain('then retry');
  expect(words).not.toContain('annex');
  writeFileSync(path, content);
  expect(await request.upload()).toMatchObject({ documents: [{ index: 1 }, { index: 2 }] });
});

test('an upload that the server gave up deletes nothing that the next one has sent', async () => {
  const request = await requestIn('ENROLLREADY');
  const order = { requestPk: request.ids.requestPk, documents: request.documents, download: request.download };
  await request.fault({ name: 'answer-lost', endpoint: 'upload' });
  await failureOf(request.upload());
  const disk = new EventEmitter();
  const limit = at.tryMayTake;
  at.tryMayTake = 20;
  const stalled = failureOf(
    at.try((each) => each.upload(request.key, order), 2, at.stalledUntil(once(disk, 'answers'))),
  );
  at.tryMayTake = limit;
  await request.upload(3);
  await wait(50);
  disk.emit('answers');
  expect(await stalled).toMatchObject({ code: 'STEP_FAILED', retries: true });
  expect((await request.provider()).documents).toHaveLength(request.documents.length);
});

describe('sendCode', () => {
  test('less than a minute after a code that somebody else asked for, none was sent', async () => {
    const request = await requestIn('code');
    expect(await failureOf(request.sendCode(1, 2))).toMatchObject({ code: 'CODE_COOL_DOWN', retries: false });
    expect((await request.provider()).done['otp']).toBe(1);
  });

  test('long after we asked, a cool-down is not the answer to our question', async () => {
    const request = await requestIn('documents');
    await request.fault({ name: 'answer-lost', endpoint: 'otp' });
    await failureOf(request.sendCode(1, 1, 0));
    expect(await failureOf(request.sendCode(2, 1, 0))).toMatchObject({ code: 'CODE_COOL_DOWN' });
  });
});

describe('sign', () => {
  test('a wrong code is not accepted, which the signer may correct', async () => {
    const request = await requestIn('code');
    expect(await request.sign('000000x')).toEqual({ result: 'not-accepted' });
    expect(await request.sign(await request.code(), 1, { codeId: 'code-2' })).toEqual({ result: 'issued' });
  });

  test('in doubt it reads until the settle time is over, and never sends the code again', async () => {
    const request = await requestIn('code');
    await request.fault({ name: 'connection-cut-before', endpoint: 'sign' });
    const code = await request.code();
    const settle = 60_000;
    expect(await failureOf(request.sign(code, 1, { settle }))).toMatchObject({ code: 'SIGN_IN_DOUBT', pause: settle });
    expect(await failureOf(request.sign(code, 2, { settle }))).toMatchObject({ code: 'SIGN_IN_DOUBT', retries: true });
    expect(await request.sign(code, 3, { settle: 0 })).toMatchObject({ result: 'spent' });
    expect((await request.provider()).calls['sign']?.received).toBe(1);
  });

  test('in doubt says so while the provider cannot be read', async () => {
    const request = await requestIn('code');
    await request.fault({ name: 'connection-cut-before', endpoint: 'sign' });
    const code = await request.code();
    await failureOf(request.sign(code, 1, { settle: 60_000 }));
    await request.fault({ name: 'answer-503', endpoint: 'get-request', times: 1 });
    const busy = {
      code: 'PROVIDER_BUSY',
      words: expect.stringMatching(/^It is not known whether the signature was made\. /),
    };
    expect(await failureOf(request.sign(code, 2, { settle: 60_000 }))).toMatchObject(busy);
  });

  test('in doubt after an answer, it shows what the provider said, also when the code is spent', async () => {
    const request = await requestIn('code');
    const text = 'Signature service is down';
    await request.fault({ name: 'answer-other', endpoint: 'sign', code: 500, text });
    const code = await request.code();
    for (const attempt of [1, 2]) {
      const doubt = await failureOf(request.sign(code, attempt, { settle: 60_000 }));
      expect(doubt).toMatchObject({ code: 'SIGN_IN_DOUBT', words: expect.stringContaining(`HTTP 500: ${text}`) });
    }
    expect(await request.sign(code, 3, { settle: 0 })).toEqual({ result: 'spent', words: `HTTP 500: ${text}` });
  });

  test('refused in unknown words, it is spent at once, and the words are shown', async () => {
    const request = await requestIn('code');
    await request.fault({ name: 'answer-other', endpoint: 'sign', code: 403, text: 'Invalid OTP code' });
    const refused = { result: 'refused', words: 'HTTP 403: Invalid OTP code' };
    expect(await request.sign('000000', 1, { settle: 60_000 })).toEqual(refused);
    // If the worker stops before it can report it, the next try knows.
    expect(await request.sign('000000', 2, { settle: 60_000 })).toEqual(refused);
    expect((await request.provider()).calls['sign']?.received).toBe(1);
  });

  test('refused for credentials it names the setting, and a person’s retry does not send the code again', async () => {
    const request = await requestIn('code');
    await request.fault({ name: 'answer-other', endpoint: 'sign', code: 403, text: 'Permission Denied' });
    const code = await request.code();
    expect(await failureOf(request.sign(code))).toMatchObject({
      code: 'CREDENTIALS_REFUSED',
      retries: false,
      words: expect.stringContaining('billing'),
    });
    expect(await request.sign(code)).toEqual({ result: 'refused', words: 'HTTP 403: Permission Denied' });
    expect((await request.provider()).calls['sign']?.received).toBe(1);
  });

  test('a yes that the request does not show is read again, for longer than a doubt, and then did not sign', async () => {
    const request = await requestIn('code');
    const text = JSON.stringify({ status: 'success' });
    await request.fault({ name: 'answer-other', endpoint: 'sign', code: 200, text });
    const code = await request.code();
    expect(await failureOf(request.sign(code, 1, { settle: 60_000 }))).toMatchObject({ code: 'SIGN_IN_DOUBT' });
    expect(await failureOf(request.sign(code, 2, { settle: 60_000 }))).toMatchObject({ code: 'SIGN_IN_DOUBT' });
    expect(await request.sign(code, 3, { settle: 0 })).toEqual({ result: 'spent' });
    expect((await request.provider()).calls['sign']?.received).toBe(1);
  });

  test('what has not left is tried again', async () => {
    const request = await requestIn('code');
    const code = await request.code();
    const away = await at.losingTheOptimizer();
    const order = {
      requestPk: request.ids.requestPk,
      codeId: 'code-1',
      settle: 1,
      own: NOTHING,
      secret: request.sealed(code),
    };
    const lost = at.try((activities) => activities.sign(request.key, order), 1, away);
    expect(await failureOf(lost)).toMatchObject({ code: 'PROVIDER_UNREACHABLE', retries: true });
    expect(await request.sign(code, 2)).toEqual({ result: 'issued' });
  });

  test('a request that is in no state to be signed keeps the code here', async () => {
    const request = await requestIn('code');
    const code = await request.code();
    await at.provider.console(request.ids.requestPk, 'cancel');
    expect(await request.sign(code)).toEqual({ result: 'not-signable', status: 'CANCELLED', sent: false });
    expect((await request.provider()).calls['sign']).toBeUndefined();
  });
});

const contractNotPassed = (reason: string) => ({
  code: 'VERIFICATION_NOT_PASSED',
  retries: false,
  words: expect.stringMatching(new RegExp(`the contract indeterminate: .*\\(${reason}\\)`)),
});

describe('retrieve', () => {
  test('ISSUED before the files are there: it reads on for the set time, then a person decides', async () => {
    const request = await requestIn('code');
    await request.fault({ name: 'files-late', endpoint: 'sign' });
    await request.sign(await request.code());
    const missing = { code: 'SIGNED_FILES_MISSING' };
    expect(await failureOf(request.retrieve())).toMatchObject({ ...missing, retries: true });
    expect(await failureOf(request.retrieve(2, 0))).toMatchObject({ ...missing, retries: false });
    await at.provider.putFilesTogether(request.ids.requestPk);
    expect(await request.retrieve(3)).toMatchObject({ documents: [{ index: 1 }, { index: 2 }] });
  });

  test.each(['file-damaged', 'file-unsigned'])(
    '%s: nothing passes, nothing is deleted, and a retry may find it well',
    async (name) => {
      const request = await requestIn('ISSUED');
      await request.fault({ name, endpoint: 'get-document' });
      expect(await failureOf(request.retrieve())).toMatchObject({ code: 'VERIFICATION_NOT_PASSED', retries: false });
      expect((await request.provider()).documents).toHaveLength(2);
      expect(await request.retrieve()).toMatchObject({ documents: [{ verification: { result: 'passed' } }, {}] });
    },
  );

  test('a signed contract that is not the one that was shown does not pass', async () => {
    const request = await requestIn('ISSUED');
    await request.fault({ name: 'file-swapped', endpoint: 'get-contract' });
    expect(await failureOf(request.retrieve())).toMatchObject(contractNotPassed('contract-rewritten'));
    expect(await request.retrieve()).toMatchObject({ contract: { signed: true, verification: { result: 'passed' } } });
  });

  test('a signed contract is not measured by a contract in the archive that is not the accepted one', async () => {
    const request = await requestIn('ISSUED');
    request.contract = { ...request.contract, sha256: '0'.repeat(64) };
    const changed = { code: 'ARCHIVED_FILE_CHANGED', retries: false, facts: { kind: 'contract' } };
    expect(await failureOf(request.retrieve())).toMatchObject(changed);
  });

  test('a contract that was signed by others before it was shown, and not since, is recorded as unsigned', async () => {
    const request = await requestIn('ISSUED');
    await request.retrieve();
    const { stream } = await at.archive.openFile(request.key, { kind: 'signed-contract' });
    request.contract = await at.archive.storeFile(request.key, { kind: 'contract' }, stream);
    expect(await request.retrieve()).toMatchObject({ contract: { signed: false } });
  });

  test('a rewritten file whose original is lost in the archive is reported as rewritten, and can be accepted', async () => {
    const request = await requestIn('ISSUED');
    await request.fault({ name: 'file-damaged', endpoint: 'get-document' });
    rmSync((await at.archive.locateFile(request.key, { kind: 'document', index: 1 })).location);
    expect(await failureOf(request.retrieve())).toMatchObject({
      code: 'VERIFICATION_NOT_PASSED',
      words: expect.stringContaining('content-rewritten'),
    });
  });

  test('stores what can be read back, with evidence', async () => {
    const request = await requestIn('ISSUED');
    const { documents } = await request.retrieve();
    for (const { index, size } of documents)
      expect(await at.archive.locateFile(request.key, { kind: 'signed', index })).toMatchObject({ size });
    expect(await at.archive.locateFile(request.key, { kind: 'evidence' })).toMatchObject({ size: expect.any(Number) });
  });
});

describe('clean and record', () => {
  test('the outcome is recorded after nothing is left at the provider', async () => {
    const request = await requestIn('ISSUED');
    const outcome = outcomeOf(request.key.reference);
    const uids = request.uploaded.map(({ uid }) => uid);
    const order = { requestPks: [request.ids.requestPk], uids, outcome };
    await request.fault({ name: 'answer-503', endpoint: 'delete-document', nth: 2 });
    expect(await failureOf(request.try((activities) => activities.clean(request.key, order)))).toMatchObject({
      retries: true,
    });
    expect(await at.archive.readOutcome(request.key)).toBeUndefined();
    await request.try((activities) => activities.clean(request.key, order), 2);
    expect(await at.archive.readOutcome(request.key)).toEqual(outcome);
    expect((await request.provider()).documents).toEqual([]);
  });

  test('an upload that broke off is deleted without its uids', async () => {
    const request = await requestIn('ENROLLREADY');
    await request.fault({ name: 'answer-lost', endpoint: 'upload' });
    await failureOf(request.upload());
    await request.clean();
    expect((await request.provider()).documents).toEqual([]);
  });

  test('recording the same outcome twice changes nothing', async () => {
    const request = await requestIn('VIDEOPENDING');
    const order = { outcome: outcomeOf(request.key.reference) };
    await request.try((activities) => activities.record(request.key, order));
    await request.try((activities) => activities.record(request.key, order), 2);
    expect(await at.archive.readOutcome(request.key)).toEqual(order.outcome);
  });
});

test('where the provider offers no cancelling, withdrawing asks nothing', async () => {
  const request = await requestIn('VIDEOPENDING');
  expect(await request.withdraw()).toEqual({ closed: false, status: 'VIDEOPENDING', effect: 'none' });
  expect(await request.provider()).toMatchObject({ status: 'VIDEOPENDING' });
  expect((await request.provider()).calls['cancel-request']).toBeUndefined();
});

test('a request of another archive is not touched', async () => {
  const request = await requestIn('VIDEOPENDING');
  const key = { ...request.key, archiveId: 'another' };
  const read = request.try((activities) => activities.readStatus(key, { requestPk: request.ids.requestPk, gap: 0 }));
  expect(await failureOf(read)).toMatchObject({ code: 'ARCHIVE_NOT_SHARED', retries: true, temporary: true });
});

function outcomeOf(reference: string): Outcome {
  return {
    outcome: 'cancelled',
    reference,
    attempt: 1,
    reason: 'cancelled-by-requester',
    actor: { kind: 'requester' },
    at: '2026-01-01T00:00:00.000Z',
    cleanup: 'done',
    documents: [],
    durations: {},
  };
}
