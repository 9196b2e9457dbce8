import type { RequestPk } from '../../src/messages/request.js';
import { Secret } from '../../src/security/secret.js';
import type { RegistrationAuthorityAssumptions } from '../../src/uanataca/registration-authority/assumptions.js';
import { COMPANY, COMPANY_PROFILE, OFFICER, PERSON_PROFILE, SimulatedAuthority } from './enrolment-sandbox.js';
import { errorOf } from './people.js';
import { fileAt } from './file-source.js';

const SAMPLE = 'samples/agreement.pdf';
const UNKNOWN = '999999999' as RequestPk;

/** Both sides of what the documents contradict or leave open. The client does not notice the difference, or a setting tells it. */
const SIDES: readonly [object, Partial<RegistrationAuthorityAssumptions>][] = [
  [{}, {}],
  [{ errorShape: 'detail', secretsShape: 'object', snType: 'number', noneLeft: '404', errorCode: 'number' }, {}],
  [{ errorShape: 'error', noneLeft: 'null', untouchedLater: 'null', evidenceMethod: 'PUT' }, { evidenceMethod: 'PUT' }],
  [{ errorShape: 'details', formBodies: 'form', imageBytes: 400_000 }, {}],
  [
    { errorShape: 'title', formBodies: 'form', wrongCredentials: '401', base64Lines: false },
    { contractFrom: ['json', 'form'] },
  ],
  [
    { errorShape: 'status', errorCode: 'malformed', birthDate: 'slashes', approveReceipt: 'required' },
    { receiptInApprove: true },
  ],
];

describe.each(SIDES)('the simulated provider over mutual TLS, %j with %j', (behaviour, assumptions) => {
  let authority: SimulatedAuthority;

  beforeAll(async () => {
    authority = await SimulatedAuthority.start(behaviour, assumptions);
  });
  afterAll(() => authority.close());
  beforeEach(() => authority.provider.clearFaults());

  async function upload(pk: RequestPk): Promise<string> {
    return (await authority.client.uploadEvidence(pk, { open: fileAt(SAMPLE), label: 'Poder', index: 1 })).pk;
  }

  test('a natural person, from the scratchcard to ENROLLREADY', async () => {
    const { client } = authority;
    await client.ping();
    const before = await client.countScratchcards('139');
    const { sn, secrets } = await client.firstUnusedScratchcard('139');
    expect(Object.keys(secrets).sort()).toEqual(['enrollmentCode', 'erc', 'pin', 'puk']);
    expect(await client.isScratchcardUsed(sn)).toBe(false);
    const created = await client.createRequest(authority.order(PERSON_PROFILE, sn));
    expect(created.status).toBe('VIDEOPENDING');
    expect(await client.isScratchcardUsed(sn)).toBe(true);
    const [found] = await client.findRequests({ scratchcard: sn });
    expect(found).toMatchObject({ requestPk: created.requestPk, email: 'ana.ejemplo@example.com' });
    expect(await client.countScratchcards('139')).toEqual({ ...before, unused: before.unused - 1 });
    expect((await client.scratchcard(sn))?.secrets.erc?.reveal()).toBe(secrets.erc?.reveal());

    await authority.provider.video(created.requestPk, 'finished');
    expect(await authority.statusOf(created.requestPk)).toBe('VIDEOREVIEW');
    await authority.provider.operator(created.requestPk, 'validate');
    const ready = await client.getRequest(created.requestPk);
    expect(ready).toMatchObject({ status: 'ENROLLREADY', scratchcard: sn, registrationAuthority: '139' });
    expect(ready.fields.given_name).not.toBe(undefined);
    expect((await client.preauthLink(created.requestPk)).reveal()).toMatch(/\/lcmpl\/enrollment\/auth\/[0-9a-f]{32}$/);
    await authority.provider.pickUp(created.requestPk);
    const issued = await client.getRequest(created.requestPk);
    expect(issued.status).toBe('ISSUED');
    expect(issued.certificates).toMatchObject([{ state: 'VALID' }]);
  });

  test('an organisation: missing data, evidence, declaration, contract, approval', async () => {
    const { client } = authority;
    const pk = await authority.validated(COMPANY_PROFILE);
    expect(await authority.statusOf(pk)).toBe('CREATED');
    expect((await client.missingFields(pk)).sort()).toEqual(Object.keys(COMPANY).sort());
    const { title, ...most } = COMPANY;
    await client.updateRequest(pk, await client.getRequest(pk), most);
    expect(await client.missingFields(pk)).toEqual(['title']);
    expect(await errorOf(client.approve(pk, OFFICER, { receipt: 'x' }))).toMatchObject({
      code: 'FIELDS_MISSING',
      words: expect.stringContaining('title') as string,
    });
    await client.updateRequest(pk, await client.getRequest(pk), { title });
    expect(await client.missingFields(pk)).toEqual([]);
    expect(await errorOf(client.approve(pk, OFFICER, { receipt: 'x' }))).toMatchObject({ code: 'DOCUMENTS_MISSING' });
    expect(await upload(pk)).toMatch(/^\d+$/);
    const { receipt, serialNumber } = await client.declaration(pk, OFFICER.rao);
    expect([serialNumber, receipt]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/), expect.stringContaining(pk)]);
    const { stream, size = 0 } = await client.contract(pk, OFFICER.rao);
    stream.destroy();
    expect(size).toBeGreaterThan(1000);
    const approved = await client.approve(pk, OFFICER, { lang: 'ES', receipt });
    expect(approved.status).toBe('ENROLLREADY');
    const { scratchcard = '' } = await client.getRequest(pk);
    const card = await client.scratchcard(scratchcard);
    expect(approved.secrets.erc?.reveal()).toBe(card?.secrets.erc?.reveal());
    expect(await authority.provider.enrolment(pk)).toMatchObject({ fields: COMPANY });
  });

  test('what the video gave is not changed', async () => {
    const { client } = authority;
    const pk = await authority.validated(COMPANY_PROFILE);
    const read = await client.getRequest(pk);
    await expect(client.updateRequest(pk, read, { given_name: 'Otra' })).rejects.toMatchObject({
      code: 'FIELD_FROM_VIDEO',
      field: 'given_name',
    });
    await client.updateRequest(pk, read, { given_name: String(read.fields.given_name), title: 'Dr.' });
    expect((await client.getRequest(pk)).fields).toMatchObject({ given_name: read.fields.given_name, title: 'Dr.' });
  });

  test('a corrected e-mail address and phone', async () => {
    const pk = await authority.enrol(PERSON_PROFILE);
    const corrected = { email: 'eva.ejemplo@example.com', mobile_phone_number: '+34600999999' };
    await authority.client.updateRequest(pk, await authority.client.getRequest(pk), corrected);
    expect((await authority.client.getRequest(pk)).fields).toMatchObject(corrected);
  });

  test('declining: cancel at CREATED, refusing the video before', async () => {
    const { client } = authority;
    const created = await authority.validated(COMPANY_PROFILE);
    expect(await client.cancel(created)).toBe('cancelled');
    expect(await authority.statusOf(created)).toBe('CANCELLED');
    expect(await errorOf(client.cancel(created))).toMatchObject({ code: 'REQUEST_STATUS_REFUSED' });
    expect(await client.cancel(UNKNOWN)).toBe('gone');
    const pk = await authority.enrol(PERSON_PROFILE);
    await authority.provider.video(pk, 'finished');
    await client.refuseVideoid(pk, OFFICER, 'blurred');
    expect(await client.getRequest(pk)).toMatchObject({
      status: 'CANCELLED',
      videoStatus: 'REFUSED',
      refusalReason: 'blurred',
    });
  });

  test('refused for good, each in its own way', async () => {
    const { client } = authority;
    const pk = await authority.enrol(PERSON_PROFILE);
    const { scratchcard = '' } = await client.getRequest(pk);
    const free = (await client.firstUnusedScratchcard('139')).sn;
    const created = await authority.validated(COMPANY_PROFILE);
    const wrong = { ...OFFICER, pin: new Secret('rao-pin-wrong') };
    const calls: readonly [() => Promise<unknown>, string][] = [
      [() => client.firstUnusedScratchcard('999999'), 'PROVIDER_NOT_FOUND'],
      [() => client.isScratchcardUsed('1'), 'PROVIDER_NOT_FOUND'],
      [() => client.createRequest(authority.order(PERSON_PROFILE, scratchcard)), 'SCRATCHCARD_USED'],
      [() => client.createRequest(authority.order(PERSON_PROFILE, '1')), 'SCRATCHCARD_USED'],
      [() => client.createRequest({ ...authority.order(PERSON_PROFILE, free), email: 'nobody' }), 'PROVIDER_REFUSED'],
      [() => client.createRequest(authority.order('PFnew', free)), 'PROVIDER_REFUSED'],
      [() => client.approve(created, wrong, { receipt: 'x' }), 'CREDENTIALS_REFUSED'],
      [() => client.approve(created, { ...OFFICER, rao: '1' }, { receipt: 'x' }), 'CREDENTIALS_REFUSED'],
      [() => client.approve(pk, OFFICER, { receipt: 'x' }), 'REQUEST_STATUS_REFUSED'],
      [() => client.approve(UNKNOWN, OFFICER, { receipt: 'x' }), 'PROVIDER_NOT_FOUND'],
      [() => client.declaration(created, '1'), 'CREDENTIALS_REFUSED'],
      [() => client.contract(UNKNOWN, OFFICER.rao), 'PROVIDER_NOT_FOUND'],
      [() => client.getRequest(UNKNOWN), 'PROVIDER_NOT_FOUND'],
      [() => client.missingFields(UNKNOWN), 'PROVIDER_NOT_FOUND'],
      [() => client.preauthLink(pk), 'CREDENTIALS_REFUSED'],
      [() => upload(pk), 'REQUEST_STATUS_REFUSED'],
    ];
    for (const [call, code] of calls) expect(await errorOf(call())).toMatchObject({ kind: 'refused', code });
  });
});

test('no scratchcard left', async () => {
  for (const noneLeft of ['500', '404', 'null']) {
    const authority = await SimulatedAuthority.start({ scratchcards: 1, noneLeft });
    await authority.enrol(PERSON_PROFILE);
    expect(await errorOf(authority.client.firstUnusedScratchcard('139'))).toMatchObject({
      kind: 'refused',
      code: 'NO_SCRATCHCARD_LEFT',
    });
    expect(await authority.client.countScratchcards('139')).toEqual({ unused: 0, listed: 1 });
    await authority.close();
  }
});

describe('trouble on the way', () => {
  let authority: SimulatedAuthority;
  beforeAll(async () => {
    authority = await SimulatedAuthority.start();
  });
  afterAll(() => authority.close());
  beforeEach(() => authority.provider.clearFaults());

  test('temporary trouble with what may be repeated: the second try succeeds', async () => {
    const { client } = authority;
    const pk = await authority.validated(COMPANY_PROFILE);
    const ready = await authority.validated(PERSON_PROFILE);
    const read = await client.getRequest(pk);
    const tries: readonly [string, () => Promise<unknown>][] = [
      ['ra-first-scratchcard', () => client.firstUnusedScratchcard('139')],
      ['ra-list-scratchcards', () => client.countScratchcards('139')],
      ['ra-scratchcard-used', () => client.isScratchcardUsed(read.scratchcard ?? '')],
      ['ra-list-requests', () => client.findRequests({ scratchcard: read.scratchcard ?? '' })],
      ['ra-get-request', () => client.getRequest(pk)],
      ['ra-update-request', () => client.updateRequest(pk, read, { title: 'Dra.' }).then(() => 'done')],
      ['ra-validate', () => client.missingFields(pk)],
      ['ra-upload-evidence', () => client.uploadEvidence(pk, { open: fileAt(SAMPLE), label: 'Poder', index: 1 })],
      ['ra-declaration', () => client.declaration(pk, OFFICER.rao)],
      ['ra-get-document', () => client.contract(pk, OFFICER.rao).then(({ size: bytes }) => bytes)],
      ['ra-preauthlink', () => client.preauthLink(ready)],
    ];
    for (const [endpoint, call] of tries) {
      for (const name of ['answer-503', 'answer-429', 'connection-cut-before', 'answer-lost', 'answer-cut']) {
        await authority.fault(name, endpoint);
        expect(await errorOf(call())).toMatchObject({ kind: 'temporary' });
      }
      expect(await call()).not.toBe(undefined);
    }
  });

  test.each(['answer-lost', 'answer-cut', 'answer-500-after'])(
    '%s on create: the scratchcard leads to the request that was created, once',
    async (fault) => {
      const { client } = authority;
      const { sn } = await client.firstUnusedScratchcard('139');
      await authority.fault(fault, 'ra-create');
      const error = await errorOf(client.createRequest(authority.order(PERSON_PROFILE, sn)));
      expect(error).toMatchObject({ kind: 'unknown', code: 'CREATE_IN_DOUBT' });
      expect(await client.isScratchcardUsed(sn)).toBe(true);
      const found = await client.findRequests({ scratchcard: sn });
      expect(found).toMatchObject([{ scratchcard: sn, status: 'VIDEOPENDING' }]);
    },
  );

  test.each(['connection-cut-before', 'answer-503'])('%s on create: nothing was created', async (fault) => {
    const { client } = authority;
    const { sn } = await client.firstUnusedScratchcard('139');
    await authority.fault(fault, 'ra-create');
    expect(await errorOf(client.createRequest(authority.order(PERSON_PROFILE, sn)))).toMatchObject({
      kind: 'unknown',
    });
    expect(await client.isScratchcardUsed(sn)).toBe(false);
    expect(await client.findRequests({ scratchcard: sn })).toEqual([]);
  });

  test.each(['answer-lost', 'answer-cut', 'answer-500-after'])(
    '%s on approve and refuse: the status tells, and the secrets can be read again',
    async (fault) => {
      const { client } = authority;
      const pk = await authority.validated(COMPANY_PROFILE);
      await client.updateRequest(pk, await client.getRequest(pk), COMPANY);
      await client.uploadEvidence(pk, { open: fileAt(SAMPLE), label: 'Poder', index: 1 });
      await authority.fault(fault, 'ra-approve');
      expect(await errorOf(client.approve(pk, OFFICER))).toMatchObject({ kind: 'unknown' });
      const { status, scratchcard = '' } = await client.getRequest(pk);
      expect(status).toBe('ENROLLREADY');
      expect((await client.scratchcard(scratchcard))?.secrets.erc).toBeInstanceOf(Secret);
      expect(await errorOf(client.approve(pk, OFFICER))).toMatchObject({ code: 'REQUEST_STATUS_REFUSED' });

      const refused = await authority.enrol(PERSON_PROFILE);
      await authority.provider.video(refused, 'finished');
      await authority.fault(fault, 'ra-refuse-videoid');
      expect(await errorOf(client.refuseVideoid(refused, OFFICER, 'blurred'))).toMatchObject({ kind: 'unknown' });
      expect(await authority.statusOf(refused)).toBe('CANCELLED');
    },
  );

  test('a scratchcard that somebody else was faster to use', async () => {
    const { client } = authority;
    const { sn } = await client.firstUnusedScratchcard('139');
    await authority.provider.useScratchcard(sn);
    expect(await errorOf(client.createRequest(authority.order(PERSON_PROFILE, sn)))).toMatchObject({
      kind: 'refused',
      code: 'SCRATCHCARD_USED',
    });
    expect(await client.findRequests({ scratchcard: sn })).toEqual([]);
  });
});
