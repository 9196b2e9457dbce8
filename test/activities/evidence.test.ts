import type { Outcome, Verification } from '../../src/messages/outcome.js';
import { composeEvidence, type EvidenceOrder } from '../../src/activities/engine/evidence.js';

const verification: Verification = {
  result: 'passed',
  reasons: [],
  facts: { subFilter: 'x', digestAlgorithm: 'sha256' },
};
const accepted = {
  at: '2026-03-01T10:05:01.000Z',
  what: 'accepted',
  actor: { kind: 'signer' },
  facts: {
    consentVersion: '3',
    channel: 'web',
    acceptedAt: '2026-03-01T10:05:00.000Z',
    contract: 'cc',
    documents: 'aa bb',
  },
} as const;
const order = {
  request: {
    flow: 'signature',
    reference: 'order-1',
    attempt: 1,
    workflowId: 'signature-order-1',
    environment: 'test',
    registrationAuthority: '137',
    profile: 'PFnubeQAFCiudadano',
    reviewMode: 'manual',
    createdAt: '2026-03-01T10:00:00.000Z',
    documents: [
      { index: 2, sha256: 'bb', size: 20 },
      { index: 1, sha256: 'aa', size: 10 },
    ],
  },
  provider: { videoidPk: '7', requestPk: '9' },
  events: [
    accepted,
    { at: '2026-03-01T10:04:00.000Z', what: 'documents-uploaded', facts: { documents: 2, contract: 'cc' } },
    { at: '2026-03-01T10:01:00.000Z', what: 'created', facts: { videoidPk: '7', requestPk: '9' } },
  ],
  shown: [{ at: '2026-03-01T10:02:00.000Z', what: 'link-shown', channel: 'web', facts: {} }],
} satisfies EvidenceOrder;
const outcome: Outcome = {
  outcome: 'signed',
  reference: 'order-1',
  attempt: 1,
  reason: 'signed',
  actor: { kind: 'signer' },
  at: '2026-03-01T10:07:00.000Z',
  cleanup: 'done',
  documents: [
    { index: 1, sha256: 'a2', size: 110, verification },
    { index: 2, sha256: 'b2', size: 120, verification },
  ],
  contract: { sha256: 'c2', size: 300, signed: true, verification },
  durations: { video: 5 },
};

const numbered = (number: number, at: string) => ({
  ...accepted,
  at,
  facts: { ...accepted.facts, acceptance: number },
});

describe('evidence', () => {
  it('says what was uploaded, shown, accepted, signed and how it ended', () => {
    expect(composeEvidence({ ...order, outcome })).toMatchObject({
      evidenceVersion: 1,
      request: { reference: 'order-1', attempt: 1, reviewMode: 'manual' },
      documents: [
        {
          index: 1,
          uploaded: { sha256: 'aa', size: 10 },
          signed: { sha256: 'a2', verification: { result: 'passed' } },
        },
        { index: 2, uploaded: { sha256: 'bb', size: 20 }, signed: { sha256: 'b2' } },
      ],
      contract: { shownSha256: 'cc', stored: { sha256: 'c2', signed: true } },
      acceptance: {
        acceptedAt: '2026-03-01T10:05:00.000Z',
        recordedAt: accepted.at,
        channel: 'web',
        consentVersion: '3',
        documents: ['aa', 'bb'],
        contract: 'cc',
      },
      shown: [{ what: 'link-shown', channel: 'web' }],
      outcome: { outcome: 'signed', actor: { kind: 'signer' }, cleanup: 'done' },
    });
  });

  it('is the same text for the same facts, in whatever order they come', () => {
    const turned: EvidenceOrder = {
      shown: order.shown.toReversed(),
      events: order.events.toReversed().map(({ facts, ...event }) => ({
        ...event,
        facts: Object.fromEntries(Object.entries(facts).toReversed()),
      })),
      provider: { requestPk: '9', videoidPk: '7' },
      request: { ...order.request, documents: order.request.documents.toReversed() },
      outcome,
    };
    expect(JSON.stringify(composeEvidence(turned))).toBe(JSON.stringify(composeEvidence({ ...order, outcome })));
  });

  it('has the last acceptance if the signer accepted twice', () => {
    const again = { ...accepted, at: '2026-03-01T11:00:00.000Z', facts: { ...accepted.facts, channel: 'cli' } };
    expect(composeEvidence({ ...order, events: [again, ...order.events] }).acceptance?.channel).toBe('cli');
  });

  it('has the acceptance that the signature rests on, if the signer accepted again afterwards', () => {
    const asked = { at: '2026-03-01T10:06:00.000Z', what: 'sign-asked', facts: { acceptance: 2, with: 'biometric' } };
    const events = [
      numbered(1, '2026-03-01T10:05:00.000Z'),
      numbered(2, '2026-03-01T10:05:30.000Z'),
      asked,
      numbered(3, '2026-03-01T10:06:30.000Z'),
    ];
    expect(composeEvidence({ ...order, events }).acceptance).toMatchObject({
      recordedAt: '2026-03-01T10:05:30.000Z',
      firstRecordedAt: '2026-03-01T10:05:00.000Z',
      signedWith: 'biometric',
    });
  });

  it('leaves out what has not happened', () => {
    const evidence = composeEvidence({ ...order, events: [] });
    expect(Object.keys(evidence)).toEqual(['evidenceVersion', 'request', 'provider', 'documents', 'events', 'shown']);
    expect(evidence.documents[0]).toEqual({ index: 1, uploaded: { sha256: 'aa', size: 10 } });
  });

  it('takes no personal data from a whole record, only what is given as the signer', () => {
    const canary = 'Canary.Person@example.org';
    const record = {
      ...order.request,
      signer: { email: canary, phone: canary },
      documents: [{ index: 1, sha256: 'aa', size: 10, name: canary }],
    };
    expect(JSON.stringify(composeEvidence({ ...order, request: record }))).not.toContain(canary);
    expect(composeEvidence({ ...order, signer: { email: canary } }).signer).toEqual({ email: canary });
  });
});

const askedToSign = (facts: { acceptance: number; with: string }, second: number) =>
  ({ at: `2026-03-01T10:06:0${second}.000Z`, what: 'sign-asked', facts }) as const;

test('an order to sign that found the signature does not count: the one before signed', () => {
  const events = [
    { ...accepted, facts: { ...accepted.facts, acceptance: 1 } },
    askedToSign({ acceptance: 1, with: 'biometric' }, 0),
    askedToSign({ acceptance: 1, with: 'code' }, 1),
    { at: '2026-03-01T10:06:02.000Z', what: 'sign-overtaken' },
  ];
  expect(composeEvidence({ ...order, events }).acceptance).toMatchObject({ signedWith: 'biometric' });
});
