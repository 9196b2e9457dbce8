import type { RequestPk } from '../../messages/request.js';
import { sentence } from '../../messages/sentences.js';
import type { Assumptions } from '../../uanataca/one-shot/assumptions.js';
import type { ProviderError } from '../../uanataca/errors.js';
import { type Subject, sourceOf } from '../context.js';
import { type Step, cannotGoOn } from '../course.js';
import type { Recorded } from '../recording/recorder.js';
import { Leaves } from '../found-ids.js';
import { readNowhere } from '../nowhere.js';
import { read } from '../waiting.js';
import type { SignatureContext } from './context.js';

const API_PATH = '/oneshot/api/v1';
const NOBODY = '0' as RequestPk;

/** What the Optimizer answers about things that do not exist. */
export const unknownStep: Step<SignatureContext> = {
  name: 'unknown',
  title: 'Read a request that does not exist, and call an address that does not exist',
  calls: ['GET /request/0', 'GET /no-such-call', 'GET /token/{token_uid} if an officer has one'],
  essential: true,
  async run(at) {
    const { run, people } = at;
    const unknown = await run.call('read-unknown', () => at.client().getRequest(NOBODY));
    const { error, last } = unknown;
    if (last?.exchange.answer === undefined) {
      cannotGoOn(
        error?.code ?? 'PROVIDER_UNREACHABLE',
        sentence(error?.words ?? 'The Optimizer did not answer'),
        error?.remedy ?? 'Check the address, and the network between here and there.',
      );
    }
    await run.call('unknown-path', () =>
      readNowhere({ ...at.settings.optimizer, observer: run.recorder }, { basePath: API_PATH, path: '/no-such-call' }),
    );
    const { officer } = at.settings;
    if (officer !== undefined && 'token' in officer) {
      run.values.add(officer.token.reveal());
      await run.call('read-token', () => at.client().readToken(officer.token));
    }
    people.say(`    It answers HTTP ${last.exchange.answer.status}.`);
  },
};

/** A request of the probe. */
export function createStep(
  name: string,
  subject: Subject,
  more: Pick<Step<SignatureContext>, 'title'> & Partial<Step<SignatureContext>>,
): Step<SignatureContext> {
  return {
    name,
    calls: ['POST /videoid', 'GET /request/{request_pk}'],
    bills: ({ run }) =>
      run.file.env === 'prod'
        ? 'yes: this is production'
        : 'nothing, as far as we know: this is the sandbox environment of the provider',
    ...more,
    async run(at) {
      if (at.run.id(`${subject}.request_pk`) === undefined) await create(at, subject);
      await read(at, subject);
    },
  };
}

/** The sides of create, each tried at most once after a refusal. */
const SIDES: readonly {
  occasion: string;
  /** Whether the refusal may be about it. */
  hinted: RegExp;
  sides: (assumed: Assumptions, billed: boolean) => Partial<Assumptions> | undefined;
}[] = [
  {
    occasion: 'create-base64',
    hinted: /base64|billing|credit/i,
    sides: ({ billingPasswordEncoding }, billed) =>
      billed ? { billingPasswordEncoding: billingPasswordEncoding === 'base64' ? 'plain' : 'base64' } : undefined,
  },
  {
    occasion: 'create-without-env',
    hinted: /\benv|environment/i,
    sides: ({ envInCreate }) => ({ envInCreate: !envInCreate }),
  },
  {
    occasion: 'create-with-mode',
    hinted: /missing|required|mode/i,
    sides: ({ videoidModeInCreate }) => ({ videoidModeInCreate: !videoidModeInCreate }),
  },
];

/** Creates a request. In doubt it is not repeated: a person says what happened. */
async function create(at: SignatureContext, subject: Subject): Promise<void> {
  const { run, people, settings } = at;
  if (run.isMarked(`${subject}.create`)) return adopt(at, subject);
  const tried = new Set<string>();
  let said: string | undefined;
  let first: ProviderError | undefined;
  let kept: Partial<Assumptions> = {};
  let occasion = 'create';
  let sides: Partial<Assumptions> = {};
  for (;;) {
    await run.mark(`${subject}.create`);
    const { phone, email } = run.secrets.signer;
    const order = {
      phone,
      email,
      registrationAuthority: run.secrets.registrationAuthority,
      profile: run.secrets.profile,
    };
    const { value, error, last } = await run.call(occasion, () =>
      at.client(sides).createVideoid({ ...order, billing: settings.billing }),
    );
    if (value !== undefined) {
      await at.learn(plain(sides));
      if (subject === 'main') run.note('sides', Object.keys(sides));
      await keep(at, subject, { request: value.requestPk, videoid: value.videoidPk, link: value.videoidLink });
      people.say(`    Created in ${last?.exchange.answer?.after ?? 0} ms.`);
      return;
    }
    if (error === undefined || error.kind === 'unknown') {
      if (await keepFound(at, subject, last)) return;
      cannotGoOn(
        'CREATE_IN_DOUBT',
        sentence(`Nobody knows whether the request was created: ${error?.words ?? 'no answer'}`),
        `Look in the provider’s console. Then run the probe again with this file: it asks what you found.`,
      );
    }
    await run.unmark(`${subject}.create`);
    const words = last?.envelope?.text ?? '';
    const next = SIDES.filter((each) => !tried.has(each.occasion)).toSorted(
      (one, other) => Number(other.hinted.test(words)) - Number(one.hinted.test(words)),
    );
    first ??= error;
    const isBilling = error.code === 'CREDENTIALS_REFUSED' || error.status === 402;
    const found = next
      .filter((each) => !isBilling || each.occasion === 'create-base64')
      .map((each) => ({ ...each, changed: each.sides(at.assumed, settings.billing !== undefined) }))
      .find(({ changed, hinted }) => changed !== undefined && (hinted.test(words) || !error.familiar));
    if (found?.changed === undefined || error.kind !== 'refused') {
      // If no other side helped, the first refusal was about something else.
      cannotGoOn(
        first.code,
        sentence(first.words),
        first.remedy ??
          'Correct what the provider names. Then go on with this file. With another profile, phone or e-mail address, begin a new probe.',
      );
    }
    tried.add(found.occasion);
    // A side that changed nothing about the refusal was not the reason.
    if (said !== undefined && words !== said) kept = sides;
    said = words;
    people.say(
      `    Refused: ${run.values.without(error.words)}. Trying the other value of ${Object.keys(found.changed).join(', ')}.`,
    );
    occasion = found.occasion;
    sides = { ...kept, ...found.changed };
  }
}

function plain(sides: Partial<Assumptions>): Record<string, string | boolean> {
  return Object.fromEntries(
    Object.entries(sides).flatMap(([name, value]) => (typeof value === 'object' ? [] : [[name, value]])),
  );
}

async function keep(
  { run }: SignatureContext,
  subject: Subject,
  { request, videoid, link }: { request: string; videoid: string; link: string | undefined },
): Promise<void> {
  await run.keepId(`${subject}.request_pk`, request);
  await run.keepId(`${subject}.videoid_pk`, videoid);
  if (link !== undefined) await run.keepId(`${subject}.link`, link);
  await run.unmark(`${subject}.create`);
}

/** The ids of an answer whose fields have other names. */
async function keepFound(at: SignatureContext, subject: Subject, last: Recorded | undefined): Promise<boolean> {
  const found = new Leaves(last?.json);
  const { link } = found;
  const request = found.id(/request.*(pk|id|number)$/i, /^(pk|id)$/i);
  const videoid = found.id(/video.*(pk|id|number)$/i);
  if (request === undefined || videoid === undefined) return false;
  at.run.note('deviation: create', 'the ids or the link stand in fields with other names');
  at.people.say('    The answer has other field names than documented. The probe has found the ids.');
  await keep(at, subject, { request, videoid, link });
  return true;
}

/** A create that was cut off. */
async function adopt(at: SignatureContext, subject: Subject): Promise<void> {
  const { run, people } = at;
  const remedy = 'Look in the provider’s console. Then run the probe again with this file, at a terminal.';
  if (!people.attended) cannotGoOn('CREATE_IN_DOUBT', 'Nobody knows whether the request was created.', remedy);
  people.say(
    '    An earlier create was cut off. It may have created a request, and a bill.',
    '    Look in the provider’s console for a request of this signer.',
  );
  const request = await numberFrom(at, 'request_pk, or Enter if there is none');
  if (request === undefined) {
    await run.unmark(`${subject}.create`);
    return create(at, subject);
  }
  const videoid = await numberFrom(at, 'videoid_pk');
  if (videoid === undefined) cannotGoOn('CREATE_IN_DOUBT', 'The probe needs both numbers of the request.', remedy);
  await keep(at, subject, { request, videoid, link: undefined });
}

async function numberFrom({ people }: SignatureContext, question: string): Promise<string | undefined> {
  for (;;) {
    const typed = await people.line(`    ${question}`);
    if (typed === '') return undefined;
    if (/^[A-Za-z0-9_-]{1,64}$/.test(typed)) return typed;
    people.say('    Type the number as the console shows it.');
  }
}

/** Calls that belong to a later status. They show how the provider refuses. */
export const beforeVideoStep: Step<SignatureContext> = {
  name: 'before-video',
  title: 'Make calls that come too early: contract, code, upload',
  calls: ['GET /contract/{request_pk}', 'POST /otp/{request_pk}', 'POST /document/{request_pk}'],
  person: () => undefined,
  async run(at) {
    const { run } = at;
    const pk = at.requestPk('main');
    await run.call('contract-early', async () => (await at.client().getContract(pk)).stream.destroy());
    await run.call('code-early', () => at.client().generateOtp(pk));
    const [document] = at.settings.documents;
    if (document === undefined) return;
    const early = await run.call('upload-early', () =>
      at.client().uploadDocument(pk, { open: sourceOf(document.bytes), index: 1 }),
    );
    if (early.value !== undefined) await run.call('delete-early', () => at.client().deleteDocuments(pk));
  },
};
