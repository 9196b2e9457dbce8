import { checkActors, checkVideos, type MadeAtProvider } from '../../local/soak/check-actors.js';
import { checkDecisions, checkEnd, type EnrolmentEffects } from '../../local/soak/check-enrolment.js';
import { evidenceProblems } from '../../local/soak/check-evidence.js';
import { checkRounds } from '../../local/soak/check-rounds.js';
import { checkEffects, type SignatureEffects } from '../../local/soak/check-signature.js';
import type { EnrolmentRole } from '../../local/soak/enrolment-role.js';
import { Patience } from '../../local/soak/patience.js';
import { permittedEnds } from '../../local/soak/permitted.js';
import { drawPlan, programsOf } from '../../local/soak/plan.js';
import type { Role } from '../../local/soak/role.js';
import type { Played } from '../../local/soak/scene.js';
import type { SignatureRole } from '../../local/soak/signature-role.js';
import { silence } from '../../local/soak/silence.js';
import { ORGANISATION_FIELDS } from '../../local/people/requester.js';
import { FAULT_KINDS } from '../../sandbox/faults/kinds.js';
import type { Outcome } from '../../src/messages/outcome.js';
import type { RequestEvent, RequestStatus } from '../../src/messages/status.js';

const AT = '2026-01-01T00:00:00.000Z';
const PLAYED: Played = { consoleCancelled: false, gaveUp: false, acceptedFiles: false, typed: 1, newVideo: false };
const PLAIN = { video: 'finishes', officer: 'approves', wantsNewVideo: false } as const;

function aSignature(more: Partial<SignatureRole>): SignatureRole {
  const [role] = drawPlan({ seed: 1, requests: 1, minutes: 1, flow: 'signature' }).roles;
  if (role?.flow !== 'signature') throw new Error('a plan of one signature has one role');
  return { ...role, ...PLAIN, signer: 'signs', ...more };
}

function anEnrolment(more: Partial<EnrolmentRole>): EnrolmentRole {
  const [role] = drawPlan({ seed: 1, requests: 1, minutes: 1, flow: 'enrolment' }).roles;
  if (role?.flow !== 'enrolment') throw new Error('a plan of one enrolment has one role');
  const plain = { subject: 'organisation', validation: 'validates', data: 'later', untilIssued: false } as const;
  return { ...role, ...PLAIN, ...plain, pickUp: 'picks-up', ...more };
}

function signed(more: Partial<SignatureEffects> = {}): SignatureEffects {
  return {
    pk: 1,
    history: [{ status: 'ISSUED', at: '2026-01-01T00:00:00Z', cause: 'issued' }],
    documents: [],
    calls: { sign: { received: 1, ended: { '200': 1 } } },
    ...more,
  };
}

function enrolled(more: Partial<EnrolmentEffects> = {}): EnrolmentEffects {
  return {
    status: 'ENROLLREADY',
    history: [{ status: 'ENROLLREADY', at: '2026-01-01T00:00:00Z', cause: 'approved' }],
    scratchcard: '1000001',
    fields: { ...ORGANISATION_FIELDS },
    missing: [],
    documents: [{ type: 'videoid_evidence' }],
    done: { 'ra-approve': 1 },
    ...more,
  };
}

/** Starts are spread over the whole time, so that more requests start closer to each other. */
function withoutStart(role: Role): Role {
  return { ...role, startsAt: 0 };
}

function enrolments(seed: number, flow?: Role['flow']): number {
  return drawPlan({ seed, requests: 200, minutes: 1, flow }).roles.filter((role) => role.flow === 'enrolment').length;
}

describe('the plan of a soak', () => {
  test('is the same for the same seed, and another for another', () => {
    const plan = drawPlan({ seed: 7, requests: 50, minutes: 2 });
    expect(drawPlan({ seed: 7, requests: 50, minutes: 2 })).toEqual(plan);
    expect(drawPlan({ seed: 8, requests: 50, minutes: 2 })).not.toEqual(plan);
  });

  test('gives a request the same people however many others there are', () => {
    const few = drawPlan({ seed: 7, requests: 5, minutes: 1 }).roles.map(withoutStart);
    const many = drawPlan({ seed: 7, requests: 50, minutes: 2 }).roles.map(withoutStart);
    expect(many.slice(0, 5)).toEqual(few);
  });

  test('has every fault that the sandbox knows, every victim, and every behaviour', () => {
    const plan = drawPlan({ seed: 1, requests: 1000, minutes: 60 });
    const faults = new Set([
      ...plan.troubles.map(({ fault }) => fault.name),
      ...plan.roles.flatMap(({ faults: own }) => own.map(({ name }) => name)),
    ]);
    expect(Object.keys(FAULT_KINDS).filter((name) => !faults.has(name as never))).toEqual([]);
    expect(new Set(plan.kills.map(({ victim }) => victim)).size).toBe(6);
    const behaviours = plan.roles.map((role) =>
      role.flow === 'signature'
        ? `${role.video} ${role.officer} ${role.signer}`
        : `${role.video} ${role.subject} ${role.validation} ${role.data} ${role.officer} ${role.pickUp}`,
    );
    expect(new Set(behaviours).size).toBeGreaterThan(100);
  });

  test('kills the database, the object store and both gateways too where the archive is distributed', () => {
    const plan = drawPlan({ seed: 1, requests: 1, minutes: 60, combination: 'distributed' });
    const victims = new Set(plan.kills.map(({ victim }) => victim));
    expect(victims).toEqual(new Set([...programsOf(plan), 'everything']));
  });

  test('has both flows in a share that is drawn, or the one that is asked for', () => {
    const shares = [1, 2, 3, 4, 5].map((seed) => enrolments(seed));
    expect(new Set(shares).size).toBe(5);
    for (const share of shares) {
      expect(share).toBeGreaterThan(30);
      expect(share).toBeLessThan(170);
    }
    expect(enrolments(1, 'signature')).toBe(0);
    expect(enrolments(1, 'enrolment')).toBe(200);
  });

  test('never asks for a policy with a first pause longer than the longest', () => {
    for (const { policy } of drawPlan({ seed: 1, requests: 100, minutes: 1 }).roles) {
      for (const step of Object.values(policy.steps ?? {}))
        expect(Number(step?.backoff)).toBeLessThanOrEqual(Number(step?.slowest));
    }
  });
});

const reasonsOf = (role: Role, played: Partial<Played> = {}) =>
  permittedEnds(role, { ...PLAYED, ...played }).map(({ reason }) => reason);

describe('the end that is right', () => {
  test.each([
    [{}, ['signed']],
    [{ video: 'never' }, ['video-deadline']],
    [{ video: 'late' }, ['signed', 'video-deadline']],
    [{ officer: 'refuses' }, ['document-expired']],
    [{ officer: 'refuses-in-console' }, ['refused-at-provider']],
    [{ officer: 'never' }, ['review-deadline']],
    [{ signer: 'refuses-documents' }, ['gave-up']],
    [{ signer: 'never-types' }, ['signing-deadline']],
  ] as const)('for a signature with %j is %j', (more, reasons) => {
    expect(reasonsOf(aSignature(more))).toEqual(reasons);
  });

  test.each([
    [{}, ['enroll-ready']],
    [{ untilIssued: true }, ['issued']],
    [{ untilIssued: true, pickUp: 'never' }, ['issuing-deadline']],
    [{ video: 'never' }, ['video-deadline']],
    [{ validation: 'refuses' }, ['refused-at-provider']],
    [{ subject: 'person', validation: 'never' }, ['validation-deadline']],
    [{ data: 'never' }, ['completing-deadline', 'validation-deadline']],
    [{ officer: 'refuses' }, ['document-expired']],
    [{ officer: 'refuses-in-console' }, ['refused-at-provider']],
    [{ officer: 'never' }, ['review-deadline', 'validation-deadline', 'completing-deadline']],
    [{ subject: 'person', officer: 'never', data: 'never' }, ['enroll-ready']],
  ] as const)('for an enrolment with %j is %j', (more, reasons) => {
    expect(reasonsOf(anEnrolment(more))).toEqual(reasons);
  });

  test('is a cancel only if that was answered', () => {
    const role = aSignature({ cancelsAt: 1 });
    expect(reasonsOf(role)).toEqual(['signed']);
    expect(reasonsOf(role, { cancel: 'refused' })).toEqual(['signed']);
    expect(reasonsOf(role, { cancel: 'done' })).toEqual(['signed', 'cancelled-by-requester']);
    expect(reasonsOf(role, { gaveUp: true })).toEqual(['signed', 'cancelled-by-operator']);
  });
});

describe('the checks of a soak', () => {
  test('pass what was done once', () => {
    expect(checkEffects(PLAYED, [signed()])).toEqual([]);
    expect(checkRounds([signed()], { begun: 1, allowed: 1 })).toEqual([]);
    expect(checkDecisions(anEnrolment({}), [enrolled()])).toEqual([]);
  });

  test('notice what was done twice, or left behind', () => {
    const twice = [signed(), signed({ pk: 3 })];
    expect(checkEffects(PLAYED, twice)).toEqual(['signed 2 times', 'sign was called 2 times with 1 codes']);
    expect(checkRounds(twice, { begun: 1, allowed: 1 })).toEqual([
      'the provider created 2 requests in 1 rounds of create',
    ]);
    expect(checkRounds([signed()], { begun: 2, allowed: 1 })).toHaveLength(1);
    expect(checkEffects(PLAYED, [signed({ documents: [{ uid: 'a' }] })])).toHaveLength(1);
  });

  test('let a code be sent again after an answer that says nothing was done', () => {
    const calls = { sign: { received: 2, ended: { '429': 1, '200': 1 } } };
    expect(checkEffects(PLAYED, [signed({ calls })])).toEqual([]);
  });

  test('notice an enrolment that was approved twice, by nobody, or with the card of another', () => {
    expect(checkDecisions(anEnrolment({}), [enrolled(), enrolled({ done: {} })])).toEqual([
      '2 requests share 1 scratchcards',
      'approved 2 times',
    ]);
    expect(checkDecisions(anEnrolment({ officer: 'refuses' }), [enrolled()])).toEqual(['we approved 1 times']);
    expect(checkDecisions(anEnrolment({ subject: 'person' }), [enrolled()])).toEqual(['we approved 1 times']);
  });

  test('notice an enrolment that ended otherwise than the provider, or without what the certificate wants', () => {
    const role = anEnrolment({ untilIssued: true });
    const issued = { outcome: 'enrolled', reason: 'issued' } as const;
    expect(checkEnd(role, PLAYED, issued, enrolled({ status: 'ISSUED' }))).toEqual([]);
    expect(checkEnd(role, PLAYED, issued, enrolled())).toHaveLength(1);
    const expired = { outcome: 'expired', reason: 'issuing-deadline' } as const;
    expect(checkEnd(role, PLAYED, expired, enrolled({ status: 'ISSUED' }))).toHaveLength(1);
    const incomplete = enrolled({ status: 'ISSUED', fields: {}, missing: ['title'], documents: [] });
    expect(checkEnd(role, PLAYED, issued, incomplete)).toHaveLength(3);
  });

  test('notice a request that does not say what it waits for', () => {
    const waiting: RequestStatus = {
      reference: 'r',
      attempt: 1,
      workflowId: 'signature-r',
      flow: 'signature',
      registrationAuthority: '139',
      reviewMode: 'at-provider',
      stage: 'review',
      words: 'waiting',
      since: '2026-01-01T00:00:00Z',
      endsBy: ['a decision'],
      verbs: ['cancel'],
      provider: {},
      code: { notAccepted: 0 },
      events: [],
      event: 0,
      asOf: '2026-01-01T00:00:00.000Z',
    };
    expect(silence(waiting)).toContain('silent');
    expect(silence({ ...waiting, deadline: '2026-01-01T00:00:00Z' })).toBeUndefined();
    expect(silence({ ...waiting, verbs: ['approve'] })).toBeUndefined();
    expect(silence({ ...waiting, verbs: ['approve'], endsBy: [] })).toContain('silent');
  });
});

function look(patience: Patience, times: number, seen: Parameters<Patience['looked']>[1]): void {
  for (let count = 0; count < times; count += 1) patience.looked('r', seen);
}

describe('the patience of a soak', () => {
  test('is lost when all that is open stands still, however long that took', () => {
    const patience = new Patience();
    look(patience, 39, 'nothing new');
    expect(patience.isLost).toBe(false);
    patience.looked('other', 'change');
    look(patience, 40, 'nothing new');
    expect(patience.isLost).toBe(false);
    patience.ended('other');
    look(patience, 40, 'nothing new');
    expect(patience.isLost).toBe(true);
    patience.ended('r');
    expect(patience.isLost).toBe(false);
  });

  test('is lost with a request that changes without end, or is never answered', () => {
    const restless = new Patience();
    look(restless, 250, 'change');
    expect(restless.isLost).toBe(true);
    const away = new Patience();
    look(away, 99, 'no answer');
    expect(away.isLost).toBe(false);
    look(away, 1, 'no answer');
    expect(away.isLost).toBe(true);
  });
});

const later = (seconds: number): string => new Date(Date.parse(AT) + seconds * 1000).toISOString();

const made = (at: number, finished?: number): MadeAtProvider => ({
  history: [
    { status: 'VIDEOPENDING', at: later(at), cause: 'created' },
    ...(finished === undefined
      ? []
      : [{ status: 'VIDEOREVIEW', at: later(finished), cause: 'video-finished' } as const]),
  ],
  done: {},
});

/** Cancelled by a call of ours, a minute after this status. */
const cancelledAfter = (status: string): MadeAtProvider => ({
  history: [
    { status, at: AT, cause: 'video-incomplete' },
    { status: 'CANCELLED', at: later(60), cause: 'cancelled' },
  ] as unknown as MadeAtProvider['history'],
  done: { 'cancel-request': 1 },
});

describe('the record of an end', () => {
  const by = (what: string, facts: RequestEvent['facts'] = {}): RequestEvent => ({ at: AT, what, facts });
  const outcome = {
    outcome: 'refused',
    reason: 'document-expired',
    actor: { kind: 'officer', id: 'ana' },
    at: AT,
    cleanup: 'none',
  } as Outcome;
  const cancelled = { history: [{ status: 'CANCELLED', at: AT, cause: 'cancelled' }], done: {} } as MadeAtProvider;
  const refused = by('refused', { evidenceSeen: 'console' });

  test('names an officer only for what our call did', () => {
    expect(checkActors([refused], outcome, { ...cancelled, done: { refuse: 1 } })).toEqual([]);
    expect(checkActors([refused], outcome, cancelled)).toEqual(['refused by an officer, but no call of ours refused']);
    const lost = by('refused', { evidenceSeen: 'console', answer: 'lost' });
    expect(checkActors([lost], outcome, cancelled)).toEqual([]);
    const approved = { ...cancelled, done: { approve: 1 } };
    expect(checkActors([by('approved-at-provider')], outcome, approved)).toHaveLength(1);
  });

  test('names the requester only if it was not cancelled at the provider', () => {
    const ended = { ...outcome, outcome: 'cancelled', actor: { kind: 'requester' } } as Outcome;
    expect(checkActors([], ended, cancelled)).toHaveLength(1);
    expect(checkActors([], ended, { ...cancelled, done: { 'cancel-request': 1 } })).toEqual([]);
    expect(checkActors([], { ...ended, leftOpen: true }, cancelled)).toEqual([]);
  });

  test('names the provider only if no call of ours refused', () => {
    const there = { ...outcome, reason: 'refused-at-provider', actor: { kind: 'provider' } } as Outcome;
    expect(checkActors([], there, cancelled)).toEqual([]);
    expect(checkActors([], there, { ...cancelled, done: { refuse: 1 } })).toHaveLength(1);
  });

  test('is no deadline where the video may be finished', () => {
    const expired = { ...outcome, outcome: 'expired', reason: 'video-deadline', actor: { kind: 'policy' } } as Outcome;
    expect(checkActors([], expired, cancelledAfter('VIDEOPENDING'))).toEqual([]);
    expect(checkActors([], expired, cancelledAfter('VIDEOINCOMPLETE'))).toHaveLength(1);
  });

  test('is whole', () => {
    const { actor, at, cleanup, reason } = outcome;
    const evidence = { outcome: { outcome: 'refused', actor, at, cleanup, reason }, events: [refused] };
    expect(evidenceProblems(evidence, outcome, [refused, by('attention-left')])).toEqual([]);
    expect(evidenceProblems({ events: [refused] }, outcome, [refused])).toHaveLength(1);
    expect(evidenceProblems(evidence, { ...outcome, cleanup: 'done' }, [refused, by('end-ordered')])).toHaveLength(2);
  });

  test('shows no finished video that another one replaced', () => {
    expect(checkVideos([made(30), made(0, 28)])).toEqual([]);
    expect(checkVideos([made(30), made(0, 20)])).toHaveLength(1);
    expect(checkVideos([made(0), made(30, 40)])).toEqual([]);
  });
});
