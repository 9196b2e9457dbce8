import type { Combination } from '../combination.js';
import type { Flow } from '../../src/messages/request.js';
import { Draw } from './draw.js';
import { drawFault, type DrawnFault } from './faults.js';
import { drawRole, type Role } from './role.js';

/** The programs of each combination. */
const PROGRAMS = {
  single: ['temporal', 'sandbox', 'gateway', 'worker', 'worker-2'],
  distributed: ['temporal', 'postgres', 's3', 'sandbox', 'gateway', 'gateway-2', 'worker', 'worker-2'],
} as const;
export type Program = (typeof PROGRAMS)[Combination][number];

/** What is killed with SIGKILL. `everything` is like a power cut. */
export type Victim = Program | 'everything';

/** How often each of them is killed, in comparison with the others. */
const KILLED = { worker: 20, 'worker-2': 20, gateway: 20, sandbox: 20, temporal: 15, everything: 5 };
const WEIGHTS = { single: KILLED, distributed: { ...KILLED, 'gateway-2': 20, postgres: 15, s3: 15 } } as const;

export interface Kill {
  /** Milliseconds from the beginning. */
  at: number;
  victim: Victim;
  /** Milliseconds until it is started again. */
  downFor: number;
}

/** A fault at the provider that affects every request for some time. */
export interface Trouble {
  /** Milliseconds from the beginning. */
  at: number;
  lasts: number;
  fault: DrawnFault;
}

/** Everything that will be done, drawn from the seed. The order and the moment of its effects are not fixed. */
export interface Plan {
  seed: number;
  combination: Combination;
  /** The time in which requests are started and trouble is made, in milliseconds. After that, everything may end. */
  length: number;
  roles: Role[];
  kills: Kill[];
  troubles: Trouble[];
  /** Whether `DELETE request` cancels at the provider. Both values of the assumption are drawn. */
  cancelByDelete: boolean;
  webhookShape: 'event' | 'flat';
  /** Scratchcards of each registration authority at the beginning. If there are too few, an operator orders more. */
  scratchcards: number;
}

/** How long trouble continues after the last start, in milliseconds. */
const TAIL = 6000;

export function programsOf({ combination }: Pick<Plan, 'combination'>): readonly Program[] {
  return PROGRAMS[combination];
}

export interface PlanOrder {
  seed: number;
  requests: number;
  minutes: number;
  /** The only flow. Without it, both flows are used, in a random share. */
  flow?: Flow | undefined;
  /** Single if left out. */
  combination?: Combination | undefined;
}

export function drawPlan(order: PlanOrder): Plan {
  const { seed, requests, combination = 'single' } = order;
  const all = new Draw(seed);
  const length = Math.max(order.minutes * 60_000, TAIL);
  const enrolments = shareOfEnrolments(all.for('flows'), order.flow);
  const roles = Array.from({ length: requests }, (_, index) => {
    const draw = all.for(`request ${index + 1}`);
    const startsAt = Math.round((index / requests) * (length - TAIL));
    return drawRole(draw, { reference: `soak-${seed}-${index + 1}`, startsAt }, enrolments);
  });
  const whole = all.for('whole');
  return {
    seed,
    combination,
    length,
    roles,
    kills: drawKills(all.for('kills'), length, combination),
    troubles: drawTroubles(all.for('troubles'), length, enrolments),
    cancelByDelete: whole.chance(0.5),
    webhookShape: whole.oneOf(['event', 'flat']),
    scratchcards: whole.chance(0.5) ? 2 * requests : Math.ceil(requests / 10),
  };
}

/** From 0 to 1. */
function shareOfEnrolments(draw: Draw, flow: Flow | undefined): number {
  switch (flow) {
    case undefined:
      return 0.25 + 0.5 * draw.number();
    case 'signature':
      return 0;
    case 'enrolment':
      return 1;
  }
}

function drawKills(draw: Draw, length: number, combination: Combination): Kill[] {
  const kills: Kill[] = [];
  const weights: Partial<Record<Victim, number>> = WEIGHTS[combination];
  for (let at = draw.between(3000, 7000); at < length; at += draw.between(5000, 13_000)) {
    kills.push({
      at,
      victim: draw.weighted(weights),
      downFor: draw.between(0, 2500),
    });
  }
  return kills;
}

function drawTroubles(draw: Draw, length: number, enrolments: number): Trouble[] {
  const troubles: Trouble[] = [];
  for (let at = draw.between(1000, 3000); at < length; at += draw.between(1500, 5000)) {
    const probability = draw.oneOf([0.15, 0.4, 1]);
    const flow = draw.chance(enrolments) ? 'enrolment' : 'signature';
    troubles.push({
      at,
      lasts: draw.between(500, 3500),
      fault: { ...drawFault(draw, flow, 'everybody'), probability, seed: draw.between(1, 1_000_000) },
    });
  }
  return troubles;
}
