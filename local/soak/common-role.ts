import type { PolicyOverrides } from '../../src/client.js';
import type { Flow } from '../../src/messages/request.js';
import type { AUTHORITIES } from '../local-config.js';
import type { Draw } from './draw.js';
import { drawFault, type DrawnFault } from './faults.js';
import { NEVER, type PolicyName, POLICIES } from './policies.js';

/** What the people around a request of either flow will do. Times are in milliseconds. */
export interface CommonRole {
  reference: string;
  /** Only this signer has it, so that a fault at the provider can affect only this request. */
  phone: string;
  /** From the beginning of the soak. */
  startsAt: number;
  authority: keyof typeof AUTHORITIES;
  policyName: PolicyName;
  policy: PolicyOverrides;
  /** How long people wait before each action. */
  thinks: number;
  /** `late`: near the deadline, before or after it. `fails`: the first video fails, and the signer goes on with the next. */
  video: 'finishes' | 'late' | 'never' | 'incomplete-first' | 'fails';
  /** With `late`: the time from create to the video. */
  videoAt: number;
  /** What the RAO does, in the mode of the registration authority. */
  officer: 'approves' | 'refuses' | 'approves-in-console' | 'refuses-in-console' | 'never';
  /** Asks for another video request although nothing is wrong with the first. */
  wantsNewVideo: boolean;
  /** The requester cancels this long after the start. */
  cancelsAt?: number;
  /** The RAO cancels in the provider's console this long after the start. */
  consoleCancelsAt?: number;
  operator: {
    thinks: number;
    createInDoubt: 'adopt' | 'retry' | 'cancel';
    videoFailed: 'nothing' | 'wait' | 'new-video' | 'cancel';
    otherwise: 'retry' | 'cancel';
    /** Accepts files that do not verify after this many tries. */
    acceptsAfter: number;
    /** Orders "retry now" even if the request retries by itself. */
    impatient: boolean;
  };
  /** Faults at the provider that affect only this request. */
  faults: DrawnFault[];
}

export interface RoleOrder {
  reference: string;
  startsAt: number;
}

/** @param short the deadlines that people miss on purpose, so they must end during the soak */
export function drawCommonRole(
  draw: Draw,
  order: RoleOrder,
  { flow, short }: { flow: Flow; short: (officer: CommonRole['officer']) => ('review' | 'signing')[] },
): CommonRole {
  const authority = draw.weighted({ manual: 5, automatic: 2, atProvider: 3 });
  const policyName = draw.weighted({ quick: 5, impatient: 2, hooks: 3 });
  const video = draw.weighted({ finishes: 76, late: 6, never: 6, 'incomplete-first': 6, fails: 6 });
  const officer = drawOfficer(draw, authority);
  const phone = `+346${String(draw.between(10_000_000, 99_999_999))}`;
  const videoDeadline = video === 'never' || video === 'late' ? draw.between(3000, 7000) : NEVER;
  const deadlines = { review: NEVER, signing: NEVER };
  for (const name of short(officer)) deadlines[name] = draw.between(2500, 6000);
  const role: CommonRole = {
    ...order,
    phone,
    authority,
    policyName,
    policy: { ...POLICIES[policyName], deadlines: { video: videoDeadline, ...deadlines } },
    thinks: draw.between(50, 1200),
    video,
    videoAt: Math.round(videoDeadline * (0.6 + 0.8 * draw.number())),
    officer,
    wantsNewVideo: draw.chance(0.04),
    operator: {
      thinks: draw.between(100, 1500),
      createInDoubt: draw.weighted({ adopt: 70, retry: 20, cancel: 10 }),
      videoFailed: draw.weighted({ nothing: 40, wait: 20, 'new-video': 30, cancel: 10 }),
      otherwise: draw.weighted({ retry: 92, cancel: 8 }),
      acceptsAfter: draw.chance(0.3) ? draw.between(1, 4) : Infinity,
      impatient: draw.chance(0.3),
    },
    faults: [],
  };
  if (draw.chance(0.09)) role.cancelsAt = draw.between(0, 12_000);
  if (draw.chance(0.04)) role.consoleCancelsAt = draw.between(500, 9000);
  const faults = draw.chance(0.45) ? 0 : draw.between(1, 3);
  for (let count = 0; count < faults; count += 1) {
    role.faults.push({ ...drawFault(draw, flow, 'one signer'), phone, times: draw.between(1, 2) });
  }
  return role;
}

function drawOfficer(draw: Draw, authority: CommonRole['authority']): CommonRole['officer'] {
  switch (authority) {
    case 'automatic':
      return 'approves';
    case 'manual':
      return draw.weighted({
        approves: 72,
        refuses: 9,
        'approves-in-console': 9,
        'refuses-in-console': 5,
        never: 5,
      });
    case 'atProvider':
      return draw.weighted({ 'approves-in-console': 82, 'refuses-in-console': 11, never: 7 });
  }
}
