import type { FaultOrder } from '../../sandbox/client/sandbox-client.js';
import { DEFAULT_SETTINGS } from '../../sandbox/settings/defaults.js';
import { ASSUMPTIONS, type Assumptions } from '../../src/uanataca/one-shot/assumptions.js';
import {
  REGISTRATION_AUTHORITY_ASSUMPTIONS,
  type RegistrationAuthorityAssumptions,
} from '../../src/uanataca/registration-authority/assumptions.js';
import { DEED, EnrolledPeople, ORGANISATION, ORGANISATION_FIELDS } from '../installation/enrolled-people.js';
import { AUTHORITIES, Installation } from '../installation/installation.js';
import { People } from '../installation/people.js';

/** A provider that differs from an assumption, with the matching setting of the worker, and the course of a request with it. */
interface Side<Assumed, Who> {
  assumed: Partial<Assumed>;
  /** The matching `behaviour` of the sandbox. */
  provider?: object;
  /** What the provider does once, for requests of this registration authority. */
  fault?: FaultOrder;
  /** The course of the request until its end. The usual one if left out. */
  story?: (people: Who) => Promise<void>;
}
type SignatureSide = Side<Assumptions, People>;
type EnrolmentSide = Side<RegistrationAuthorityAssumptions, EnrolledPeople>;

/** How many requests run at once, because the machine is shared. */
const AT_ONCE = 6;

const OPERATOR = { kind: 'operator' } as const;
const UNLOCK = { type: 'biometric', value: '12345678-12345678' };

/** What the provider answers once, in its own words. */
function says(endpoint: string, code: number, text: string): FaultOrder {
  return { name: 'answer-other', endpoint, code, text };
}

async function endsSigned(people: People): Promise<void> {
  expect(await people.outcome()).toMatchObject({
    outcome: 'signed',
    cleanup: 'done',
    documents: [{ verification: { result: 'passed' } }],
  });
  const { done } = await people.provider();
  expect(done).toMatchObject({ create: 1, approve: 1, otp: 1, sign: 1 });
}

async function signs(people: People): Promise<void> {
  await people.throughTo('signed');
  await endsSigned(people);
}

async function signsFromReview(people: People): Promise<void> {
  await people.approve();
  await people.askForCode();
  await people.sign();
  await endsSigned(people);
}

/** The first request for a code is refused like this, and no attention follows. */
function codeRefusedAs(code: string): (people: People) => Promise<void> {
  return async (people) => {
    await people.throughTo('acceptance');
    await expect(people.askForCode()).rejects.toMatchObject({ code });
    expect((await at.client.status(people.reference)).attention).toBeUndefined();
    await people.askForAnotherCode();
    await people.sign();
    await endsSigned(people);
  };
}

async function unlocks(people: People): Promise<void> {
  await people.throughTo('code');
  await at.client.sign(people.reference, { secret: await people.code(), unlock: UNLOCK });
  await endsSigned(people);
}

/** The call that contains the country. */
async function correctedThenSigned(people: People): Promise<void> {
  await people.until('video');
  const corrected = { email: 'right@example.com', reason: 'mistyped', actor: OPERATOR };
  await at.client.correct(people.reference, corrected);
  await signs(people);
}

/** Every assumption about One-Shot that has a setting. */
const SIGNATURES: Record<keyof Assumptions, SignatureSide[]> = {
  status503IsUnknownOnWrites: [
    { assumed: { status503IsUnknownOnWrites: false }, fault: { name: 'answer-503', endpoint: 'otp' } },
  ],
  answersAreJson: [{ assumed: { answersAreJson: false } }],
  unknownRefusals: [{ assumed: { unknownRefusals: 'provider' } }],
  wrongStatusTexts: [
    {
      assumed: { wrongStatusTexts: ['not now, please'] },
      fault: says('otp', 412, 'not now, please'),
      story: codeRefusedAs('REQUEST_STATUS_REFUSED'),
    },
  ],
  raoAsString: [{ assumed: { raoAsString: false } }],
  signedFilePath: [
    { assumed: { signedFilePath: 'path' }, provider: { documentPath: 'path' } },
    { assumed: { signedFilePath: 'query' }, provider: { documentPath: 'query' } },
    { assumed: {}, provider: { documentPath: 'path' } },
  ],
  originalDocumentType: [
    { assumed: { originalDocumentType: 'omitted' }, provider: { documentTypeDefault: 'original' } },
  ],
  bareNotFound: [{ assumed: { bareNotFound: 'not-there' }, fault: says('delete-document', 404, '') }],
  codeNotAcceptedTexts: [
    {
      assumed: { codeNotAcceptedTexts: ['wrong digits'] },
      fault: says('sign', 403, 'wrong digits'),
      story: async (people) => {
        await people.throughTo('code');
        await expect(people.sign()).rejects.toMatchObject({ code: 'CODE_NOT_ACCEPTED' });
        await people.sign();
        await endsSigned(people);
      },
    },
  ],
  coolDownTexts: [
    {
      assumed: { coolDownTexts: ['have patience'] },
      fault: says('otp', 412, 'have patience'),
      story: codeRefusedAs('CODE_COOL_DOWN'),
    },
  ],
  alreadyIssuedTexts: [
    { assumed: { alreadyIssuedTexts: ['issued before'] }, fault: { name: 'answer-lost', endpoint: 'sign' } },
  ],
  billingPasswordEncoding: [
    { assumed: { billingPasswordEncoding: 'base64' }, provider: { billingPasswordEncoding: 'base64' } },
  ],
  refuseRaoField: [
    {
      assumed: { refuseRaoField: 'rao_id' },
      story: async (people) => {
        await people.throughTo('review');
        await people.refuse('blurred');
        expect(await people.outcome()).toMatchObject({ outcome: 'refused' });
        expect(await people.provider()).toMatchObject({ status: 'CANCELLED', done: { refuse: 1 } });
      },
    },
  ],
  extUnlockWithSecret: [
    {
      assumed: { extUnlockWithSecret: 'required' },
      provider: { secretWithUnlock: 'required' },
      story: async (people) => {
        await people.throughTo('acceptance');
        await people.accept();
        // It was refused, and nothing was sent. The code beside it is sent later.
        await expect(people.unlock()).rejects.toMatchObject({ code: 'BAD_INPUT' });
        expect((await people.status()).attention).toBeUndefined();
        await people.askForCode();
        await at.client.sign(people.reference, { secret: await people.code(), unlock: UNLOCK });
        await endsSigned(people);
      },
    },
    { assumed: { extUnlockWithSecret: 'never' }, story: unlocks },
  ],
  deleteOneAnswersGoneWith404: [
    {
      assumed: { deleteOneAnswersGoneWith404: false },
      fault: { name: 'answer-lost', endpoint: 'delete-document' },
      story: async (people) => {
        await people.throughTo('signed');
        // It is gone, but no read proves it. The cleanup stays pending until a person looks.
        expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'pending' });
        expect((await people.provider()).documents).toEqual([]);
      },
    },
  ],
  deletionWithoutType: [
    { assumed: { deletionWithoutType: 'original' }, provider: { deletionWithoutType: 'original' } },
    { assumed: {}, provider: { deletionWithoutType: 'original' } },
  ],
  deletionByType: [
    { assumed: {}, provider: { deletionWithoutType: 'original', deletionByType: 'path' } },
    { assumed: { deletionByType: 'path' }, provider: { deletionWithoutType: 'original', deletionByType: 'path' } },
    { assumed: { deletionByType: 'query' }, provider: { deletionWithoutType: 'original' } },
    {
      assumed: {},
      provider: { deletionWithoutType: 'original', deletionByType: 'nowhere' },
      story: async (people) => {
        await people.throughTo('signed');
        // The signed copy stays there, and nobody reports that it was deleted.
        expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'pending' });
      },
    },
  ],
  deletedIsNotFound: [
    {
      assumed: { deletedIsNotFound: false },
      fault: { ...says('get-document', 403, 'no such thing any more'), nth: 2 },
    },
  ],
  countryName: [{ assumed: { countryName: 'PT' }, provider: { countryShown: false }, story: correctedThenSigned }],
  identityShown: [
    {
      assumed: { identityShown: 'never' },
      story: async (people) => {
        await people.throughTo('review');
        expect((await at.client.identity(people.reference)).fields.map(({ name }) => name)).toEqual([
          'email',
          'mobile_phone_number',
        ]);
        await signsFromReview(people);
      },
    },
    { assumed: { identityShown: 'after-approval' }, provider: { identityShown: 'after-approval' } },
    { assumed: { identityShown: 'always' }, provider: { identityShown: 'always' } },
  ],
  identityCorrectable: [
    {
      assumed: { identityCorrectable: [] },
      provider: { identityCorrectable: [] },
      story: async (people) => {
        await people.throughTo('review');
        const corrected = { fields: { given_name: 'Eva' }, reason: 'misread', actor: OPERATOR };
        await expect(at.client.correct(people.reference, corrected)).rejects.toMatchObject({
          code: 'FIELD_FROM_VIDEO',
          facts: { fields: 'given_name' },
        });
        expect(await people.provider()).not.toHaveProperty('done.update-request');
        await signsFromReview(people);
      },
    },
  ],
  updateSendsBack: [
    { assumed: { updateSendsBack: 'required' }, provider: { updateLeavesOut: 'kept' }, story: correctedThenSigned },
  ],
  cancelByDelete: [
    {
      assumed: { cancelByDelete: true },
      provider: { cancel: 'cancels' },
      story: async (people) => {
        await people.until('video');
        await at.client.cancel(people.reference, { actor: { kind: 'requester' }, reason: 'not needed' });
        const outcome = await people.outcome();
        expect(outcome).toMatchObject({ outcome: 'cancelled' });
        expect(outcome).not.toHaveProperty('leftOpen');
        expect(await people.provider()).toMatchObject({ status: 'CANCELLED' });
      },
    },
  ],
  uploadPartName: [
    {
      assumed: { uploadPartName: 'document' },
      story: async (people) => {
        await people.throughTo('acceptance');
        expect((await people.provider()).documents).toMatchObject([{ key: 'document' }]);
        await people.askForCode();
        await people.sign();
        await endsSigned(people);
      },
    },
  ],
  otpDeliveryMethod: [{ assumed: { otpDeliveryMethod: 'sms' } }, { assumed: { otpDeliveryMethod: 'whatsapp' } }],
  envInCreate: [{ assumed: { envInCreate: false }, provider: { optimizerHolds: { billing: false, env: true } } }],
  videoidModeInCreate: [{ assumed: { videoidModeInCreate: true } }],
  slashAfterSignAndContract: [{ assumed: { slashAfterSignAndContract: true } }],
};

async function endsEnrolled(people: EnrolledPeople): Promise<void> {
  expect(await people.outcome()).toMatchObject({ outcome: 'enrolled', reason: 'enroll-ready' });
  const { done } = await people.provider();
  expect(done).toMatchObject({ 'ra-create': 1, 'ra-approve': 1, 'ra-upload-evidence': 1 });
}

async function enrols(people: EnrolledPeople): Promise<void> {
  await people.identified();
  await people.untilStatus(({ verbs }) => verbs.includes('approve'));
  await people.approve();
  await endsEnrolled(people);
}

/** Every assumption about the Registration Authority API that has a setting. */
const ENROLMENTS: Record<keyof RegistrationAuthorityAssumptions, EnrolmentSide[]> = {
  status503IsUnknownOnWrites: [
    { assumed: { status503IsUnknownOnWrites: false }, fault: { name: 'answer-503', endpoint: 'ra-approve' } },
  ],
  answersAreJson: [{ assumed: { answersAreJson: false } }],
  unknownRefusals: [{ assumed: { unknownRefusals: 'provider' } }],
  wrongStatusTexts: [{ assumed: { wrongStatusTexts: ['not now, please'] } }],
  raoAsString: [{ assumed: { raoAsString: false } }],
  bareNotFound: [{ assumed: { bareNotFound: 'not-there' } }, { assumed: { bareNotFound: 'wrong-address' } }],
  noScratchcardTexts: [
    {
      assumed: { noScratchcardTexts: ['sold out'] },
      fault: says('ra-first-scratchcard', 500, 'sold out'),
      story: async (people) => {
        await people.untilStatus(({ attention }) => attention?.code === 'NO_SCRATCHCARD_LEFT');
        const retry = { remedy: 'retry', actor: OPERATOR } as const;
        await at.client.resolve(people.reference, retry, { flow: 'enrolment' });
        await enrols(people);
      },
    },
  ],
  scratchcardUsedTexts: [
    { assumed: { scratchcardUsedTexts: ['spent already'] }, fault: says('ra-create', 500, 'spent already') },
  ],
  scratchcardList: [{ assumed: { scratchcardList: 'unused' } }],
  countryName: [{ assumed: { countryName: 'PT' } }],
  videoidModeInUpdate: [{ assumed: { videoidModeInUpdate: false } }],
  updateSendsBack: [
    { assumed: { updateSendsBack: 'required' } },
    { assumed: { updateSendsBack: 'all' }, provider: { ra: { videoFieldChange: 'ignored' } } },
  ],
  evidenceMethod: [{ assumed: { evidenceMethod: 'PUT' }, provider: { ra: { evidenceMethod: 'PUT' } } }],
  contractFrom: [
    { assumed: { contractFrom: ['form'] }, provider: { ra: { formBodies: 'form' } } },
    { assumed: { contractFrom: ['generate'] } },
  ],
  generatedContract: [{ assumed: { generatedContract: 'utf8', contractFrom: ['generate'] } }],
  receiptInApprove: [{ assumed: { receiptInApprove: true }, provider: { ra: { approveReceipt: 'required' } } }],
};

/** Each side has its own environment and registration authority. */
interface Placed<One> {
  name: string;
  side: One;
  authority: string;
}

function placed<One>(table: Record<string, One[]>, first: number): Placed<One>[] {
  return Object.entries(table)
    .flatMap(([assumption, sides]) => sides.map((side) => ({ assumption, side })))
    .map(({ assumption, side }, place) => ({
      name: `${assumption}, ${JSON.stringify(side)}`,
      side,
      authority: String(first + place),
    }));
}

const SIGNED = placed(SIGNATURES, 2000);
const ENROLLED = placed(ENROLMENTS, 3000);

/** The part of the settings about an environment and a registration authority that matters here. */
interface Settings {
  policy: { steps: Record<string, { startToClose: number; budget: number }> };
  environments: Record<string, { registrationAuthorityApi: object }>;
  registrationAuthorities: Record<string, object>;
}

let at: Installation;
beforeAll(async () => {
  at = await Installation.start({
    gateway: false,
    sandbox: { algorithm: 'ecdsa' },
    settings: (given) => {
      const settings = given as unknown as Settings;
      for (const step of Object.values(settings.policy.steps)) {
        step.startToClose = 60_000;
        step.budget = 30_000;
      }
      const [environment] = Object.values(settings.environments);
      const like = settings.registrationAuthorities[AUTHORITIES.manual];
      if (environment === undefined || like === undefined) throw new Error('the local settings are not as they were');
      const add = (authority: string, own: object): void => {
        const name = `environment-${authority}`;
        settings.environments[name] = { ...environment, ...own };
        settings.registrationAuthorities[authority] = { ...like, environment: name, webhookTokens: [] };
      };
      for (const { authority, side } of SIGNED) add(authority, { assumptions: side.assumed });
      for (const { authority, side } of ENROLLED) {
        const api = { ...environment.registrationAuthorityApi, assumptions: side.assumed };
        add(authority, { registrationAuthorityApi: api });
      }
    },
  });
  const all = [...SIGNED, ...ENROLLED];
  const authorities = all.map(({ authority, side }) => [
    authority,
    { name: `Sandbox authority ${authority}`, behaviour: side.provider ?? {} },
  ]);
  const raos = Object.entries(DEFAULT_SETTINGS.raos).map(([id, rao]) => [
    id,
    { ...rao, registrationAuthorities: [...rao.registrationAuthorities, ...all.map(({ authority }) => authority)] },
  ]);
  await at.provider.settings({
    registrationAuthorities: Object.fromEntries(authorities),
    raos: Object.fromEntries(raos),
  });
  for (const { authority, side } of all) {
    if (side.fault) await at.provider.addFault({ ...side.fault, registrationAuthority: authority, times: 1 });
  }
});
afterAll(() => at.close());

function settable(list: typeof ASSUMPTIONS): string[] {
  return list
    .filter((one) => one.default !== undefined)
    .map(({ name }) => name)
    .toSorted();
}

/** The assumptions of a table whose setting differs on at least one side. */
function turned(table: Record<string, { assumed: object }[]>): string[] {
  return Object.entries(table)
    .filter(([name, sides]) => sides.some(({ assumed }) => Object.hasOwn(assumed, name)))
    .map(([name]) => name)
    .toSorted();
}

test('every assumption that can be set otherwise is', () => {
  expect(turned(SIGNATURES)).toEqual(settable(ASSUMPTIONS));
  expect(turned(ENROLMENTS)).toEqual(settable(REGISTRATION_AUTHORITY_ASSUMPTIONS));
});

/** Runs all of them, a few at a time. Each test waits for its own. */
function running<One>(all: Placed<One>[], run: (one: Placed<One>) => Promise<void>): Map<string, Promise<void>> {
  const ends = new Map<string, Promise<void>>();
  const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  for (const [place, one] of all.entries()) {
    const lane = place % AT_ONCE;
    const end = Promise.resolve(lanes[lane]).then(() => run(one));
    lanes[lane] = end.catch(() => undefined); // its test reports it
    ends.set(one.name, end);
  }
  return ends;
}

describe('a request runs whole at a provider that is otherwise', () => {
  let ends: Map<string, Promise<void>>;
  beforeAll(() => {
    ends = running(SIGNED, async ({ side, authority }) => {
      const people = await People.start(at, { registrationAuthority: authority });
      await (side.story ?? signs)(people);
    });
  });
  test.each(SIGNED)('$name', async ({ name }) => expect(ends.get(name)).resolves.toBeUndefined());
});

describe('an enrolment runs whole at a provider that is otherwise', () => {
  let ends: Map<string, Promise<void>>;
  beforeAll(() => {
    ends = running(ENROLLED, async ({ side, authority }) => {
      const given = { profile: ORGANISATION, fields: ORGANISATION_FIELDS, documents: [DEED] };
      const people = await EnrolledPeople.start(at, { ...given, registrationAuthority: authority });
      await (side.story ?? enrols)(people);
    });
  });
  test.each(ENROLLED)('$name', async ({ name }) => expect(ends.get(name)).resolves.toBeUndefined());
});
