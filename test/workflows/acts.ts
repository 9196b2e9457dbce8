import * as fc from 'fast-check';
import type { ReviewMode } from '../../src/messages/request.js';
import type { Fate } from './provider-model.js';

/** Everything that people or the network can do to a running request. */
export const ACTS = [
  'hint',
  'video-finished',
  'video-failed',
  'video-incomplete',
  'approve',
  'refuse',
  'console-approve',
  'console-refuse',
  'console-cancel',
  'shows-nonsense',
  'shows-truth',
  'accept',
  'code',
  'unlock',
  'sign',
  'sign-wrong',
  'new-video',
  'extend',
  'resolve',
  'abandon',
  'cancel',
  'cancel-in-temporal',
] as const;
export type Act = (typeof ACTS)[number];

const STEPS = [
  'create',
  'watch',
  'readStatus',
  'approve',
  'refuse',
  'upload',
  'code',
  'sign',
  'retrieve',
  'withdraw',
  'clean',
  'record',
];
const FATES: Fate[] = ['unreachable', 'refused', 'lost', 'slow'];

export type Move = { act: Act; after: number } | { step: string; fate: Fate };

/** The course of one request. Times are in milliseconds. */
export interface Course {
  reviewMode: ReviewMode;
  /** Undefined: no deadline passes during the test. */
  deadlines: { video: number | undefined; review: number | undefined; signing: number | undefined };
  /** Whether DELETE cancels at the provider. */
  withdraws: boolean;
  codesNotAccepted: number;
  moves: Move[];
}

/** Ends are rarer than acts that continue a request. Otherwise few requests would get far. */
const act = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom<Act>('hint', 'video-finished', 'approve', 'console-approve', 'code', 'sign'),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom<Act>(
      'video-failed',
      'video-incomplete',
      'shows-nonsense',
      'shows-truth',
      'accept',
      'unlock',
      'sign-wrong',
      'resolve',
      'extend',
      'new-video',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Act>(
      'refuse',
      'console-refuse',
      'console-cancel',
      'abandon',
      'cancel',
      'cancel-in-temporal',
    ),
  },
);

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act, after: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constantFrom(...STEPS), fate: fc.constantFrom(...FATES) }) },
);

/** It rarely passes during the request. */
const deadline = fc.option(fc.integer({ min: 60, max: 600 }), { nil: undefined, freq: 5 });

export const course: fc.Arbitrary<Course> = fc.record({
  reviewMode: fc.constantFrom<ReviewMode>('manual', 'automatic', 'at-provider'),
  deadlines: fc.record({ video: deadline, review: deadline, signing: deadline }),
  withdraws: fc.boolean(),
  codesNotAccepted: fc.integer({ min: 1, max: 3 }),
  moves: fc.array(move, { minLength: 2, maxLength: 24 }),
});
