import { randomInt } from 'node:crypto';
import type { EnrolmentInput } from '../../src/client.js';
import {
  Caught,
  crash,
  type HeldCall,
  type Moment,
  noticingCrashes,
  type Story,
} from '../installation/crash-at-call.js';
import { DEED, EnrolledPeople, ORGANISATION, ORGANISATION_FIELDS } from '../installation/enrolled-people.js';
import { AUTHORITIES, Installation } from '../installation/installation.js';

/** One process creates the enrolments of an authority one after the other, so each held create needs its own authority. */
const MORE_AUTHORITIES = ['142', '143'];
const AUTHORITIES_TO_CREATE_WITH = [...Object.values(AUTHORITIES), ...MORE_AUTHORITIES];

let at: Installation;
beforeAll(async () => {
  at = await Installation.start({
    settings: (settings) => {
      noticingCrashes(settings);
      const authorities = settings['registrationAuthorities'] as Record<string, object>;
      const enrolment = { secrets: 'seal', preauthLink: true };
      for (const authority of Object.values(authorities)) Object.assign(authority, { enrolment });
      for (const id of MORE_AUTHORITIES) authorities[id] = { ...authorities[AUTHORITIES.manual], webhookTokens: [] };
    },
  });
  const known = MORE_AUTHORITIES.map((id) => [id, { name: id, behaviour: {} }] as const);
  await at.provider.settings({ registrationAuthorities: Object.fromEntries(known) });
}, 120_000);
afterAll(() => at.close());

type Act = 'start' | 'finishVideo' | 'validate' | 'provide' | 'approve' | 'decline' | 'askForLink' | 'pickUp';

/** What requester, signer, provider's operator and officer do, by the stage that follows. */
const WAYS = {
  person: ['start', 'finishVideo', 'validate'],
  issued: ['start', 'finishVideo', 'validate', 'askForLink', 'pickUp'],
  organisation: ['start', 'finishVideo', 'validate', 'provide', 'approve'],
  declined: ['start', 'finishVideo', 'validate', 'provide', 'decline'],
} as const satisfies Record<string, Act[]>;
type Way = keyof typeof WAYS;

const OPERATOR = { actor: { kind: 'operator', id: 'test' } } as const;

/** All people around one enrolment. */
class EnrolmentStory implements Story<Act> {
  readonly acts: readonly Act[];
  readonly phone = `+346${randomInt(10_000_000, 99_999_999)}`;
  readonly people: EnrolledPeople;
  link: string | undefined;

  constructor(
    name: string,
    readonly way: Way,
    private readonly registrationAuthority: string = AUTHORITIES.manual,
  ) {
    this.acts = WAYS[way];
    this.people = new EnrolledPeople(at, `crash-${name}-${randomInt(1e9)}`);
  }

  async untilTurnOf(act: Act): Promise<void> {
    if (act === 'start') return;
    await this.people.untilStatus(({ stage, verbs, missing }) => {
      switch (act) {
        case 'finishVideo':
          return stage === 'video';
        case 'validate':
          return stage === 'validation';
        case 'provide':
          return verbs.includes('provide') && missing !== undefined;
        case 'approve':
        case 'decline':
          return verbs.includes('approve');
        case 'askForLink':
        case 'pickUp':
          return stage === 'issuing';
      }
    });
  }

  async do(act: Act): Promise<unknown> {
    switch (act) {
      case 'start':
        return EnrolledPeople.start(at, this.input());
      case 'validate':
        return this.people.operator('validate');
      case 'decline':
        return this.people.decline('deed-too-old');
      case 'askForLink':
        return this.askForLink();
      case 'pickUp':
        await this.askForLink();
        return this.people.pickUp();
      default:
        return this.people[act]();
    }
  }

  private async askForLink(): Promise<void> {
    const { url } = await at.client.preauthLink(this.people.reference, { ...OPERATOR, reason: 'no e-mail' });
    this.link = url;
  }

  private input(): Partial<EnrolmentInput> {
    const { reference } = this.people;
    const signer = { email: 'signer@example.com', phone: this.phone };
    const organisation = this.way === 'organisation' || this.way === 'declined';
    return {
      reference,
      registrationAuthority: this.registrationAuthority,
      signer,
      ...(organisation ? { profile: ORGANISATION } : {}),
      untilIssued: this.way === 'issued',
    };
  }
}

interface Member {
  story: EnrolmentStory;
  caught: Caught<Act>;
}

function caughtIn(way: Way, act: Act, endpoint: string, moment: Moment, registrationAuthority?: string): Member {
  const story = new EnrolmentStory(`${endpoint}-${moment}`, way, registrationAuthority);
  // Fetching a scratchcard does not say for whom.
  const scope = endpoint === 'ra-first-scratchcard' ? { registrationAuthority } : { phone: story.phone };
  const call: HeldCall = { endpoint, moment, scope, ...(moment === 'answered' ? { nextRead: 'ra-get-request' } : {}) };
  return { story, caught: new Caught(at, story, act, call) };
}

/** Scratchcard and create, each in another registration authority. */
function creating(): Member[] {
  const calls = [
    ['ra-first-scratchcard', 'before'],
    ['ra-first-scratchcard', 'after'],
    ['ra-create', 'before'],
    ['ra-create', 'after'],
    ['ra-create', 'answered'],
  ] as const;
  return calls.map(([endpoint, moment], index) =>
    caughtIn('person', 'start', endpoint, moment, AUTHORITIES_TO_CREATE_WITH[index]),
  );
}

/** The calls of completing and declaring. Each is followed by the next, so "answered" of one is "before" of the next. */
function completing(): Member[] {
  const endpoints = ['ra-update-request', 'ra-upload-evidence', 'ra-validate', 'ra-declaration', 'ra-get-document'];
  return endpoints.flatMap((endpoint) => [
    caughtIn('organisation', 'provide', endpoint, 'before'),
    caughtIn('organisation', 'provide', endpoint, 'after'),
  ]);
}

function deciding(): Member[] {
  const moments = ['before', 'after', 'answered'] as const;
  return [
    ...moments.map((moment) => caughtIn('organisation', 'approve', 'ra-approve', moment)),
    ...moments.map((moment) => caughtIn('declined', 'decline', 'ra-cancel', moment)),
  ];
}

function issuing(): Member[] {
  const moments = ['before', 'after'] as const;
  return moments.map((moment) => caughtIn('issued', 'askForLink', 'ra-preauthlink', moment));
}

function waiting(): Member[] {
  const story = new EnrolmentStory('waiting', 'organisation');
  return [{ story, caught: new Caught<Act>(at, story, 'validate') }];
}

/** How each way ends, here and at the provider. */
const ENDS: Record<Way, { outcome: object; status: string; done: object }> = {
  person: { outcome: { outcome: 'enrolled', reason: 'enroll-ready' }, status: 'ENROLLREADY', done: {} },
  issued: { outcome: { outcome: 'enrolled', reason: 'issued' }, status: 'ISSUED', done: {} },
  organisation: {
    outcome: { outcome: 'enrolled', reason: 'enroll-ready' },
    status: 'ENROLLREADY',
    done: { 'ra-approve': 1, 'ra-upload-evidence': 1 },
  },
  declined: {
    outcome: { outcome: 'refused', reason: 'deed-too-old' },
    status: 'CANCELLED',
    done: { 'ra-cancel': 1, 'ra-upload-evidence': 1 },
  },
};

test('a worker killed in the middle of every call of an enrolment takes no second scratchcard, does nothing twice and loses no secret', async () => {
  const all = [...waiting(), ...creating(), ...completing(), ...deciding(), ...issuing()];
  await crash(
    at,
    all.map(({ caught }) => caught),
  );
  await Promise.all(all.map(({ caught }) => caught.goOn()));
  for (const { story } of all) {
    const { people, phone, way } = story;
    const { reference } = people;
    expect(await people.outcome()).toMatchObject({ reference, ...ENDS[way].outcome });
    const provider = await people.provider();
    expect({ reference, ...provider }).toMatchObject({ reference, phone, status: ENDS[way].status });
    expect({ reference, ...provider.done }).toMatchObject({ reference, 'ra-create': 1, ...ENDS[way].done });
  }
  const those = (way: Way) => all.map(({ story }) => story).filter((story) => story.way === way);
  for (const { people, link } of those('issued')) {
    const { reference } = people;
    expect({ reference, link }).toEqual({ reference, link: (await people.provider()).enrolLink });
  }
  for (const { people } of those('organisation')) {
    const { reference } = people;
    const provider = await people.provider();
    expect({ reference, ...provider }).toMatchObject({
      fields: ORGANISATION_FIELDS,
      documents: [{ type: 'videoid_evidence', label: DEED.name }],
    });
    const { enrollment_code: enrollmentCode, ...others } = provider.secrets;
    const { approval } = await at.client.secrets(reference, OPERATOR);
    expect({ reference, ...approval }).toEqual({ reference, ...others, enrollmentCode });
  }
  const made = await at.provider.enrolments();
  expect(made.map(({ phone }) => phone).toSorted()).toEqual(all.map(({ story }) => story.phone).toSorted());
  expect(new Set(made.map(({ scratchcard }) => scratchcard)).size).toBe(all.length);
  expect(await at.provider.scratchcardsUsed()).toBe(all.length);
}, 240_000);
