import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { FAULT_KINDS, isFaultName, type FaultKind } from './kinds.js';
import { readJson, writeJson } from '../state/files.js';
import { STATUSES } from '../requests/statuses.js';

const orderFields = z.looseObject({
  name: z.string().refine(isFaultName, { error: 'is not the name of a fault. GET /sandbox/faults lists all names' }),
  /** The endpoint where it acts. All calls if left out. */
  endpoint: z.union([z.string(), z.array(z.string())]).optional(),
  request: z.number().int().optional(),
  registrationAuthority: z.string().optional(),
  /** The signer's phone, for a fault that affects one signer from create on. */
  phone: z.string().optional(),
  /** For callbacks: only those with this status. */
  status: z.enum(STATUSES).optional(),
  /** Which of the calls it affects, counted from 1. */
  nth: z.union([z.number().int().positive(), z.array(z.number().int().positive())]).optional(),
  /** How often it acts. After that it does nothing. */
  times: z.number().int().positive().optional(),
  /** `nth` and `times` are counted for each request separately (for each phone, while the request has no number). */
  perRequest: z.boolean().default(false),
  /** Between 0 and 1. The draw depends on `seed` and the number of the call, so every run gives the same. */
  probability: z.number().min(0).max(1).optional(),
  seed: z.number().int().default(1),
});

function checkNames(order: z.output<typeof orderFields>, context: z.RefinementCtx, endpoints: readonly string[]): void {
  const kind: FaultKind | undefined = isFaultName(order.name) ? FAULT_KINDS[order.name] : undefined;
  if (kind === undefined) return;
  const known = new Set([...Object.keys(orderFields.shape), ...Object.keys(kind.parameters)]);
  for (const key of Object.keys(order).filter((each) => !known.has(each))) {
    context.addIssue({ code: 'custom', message: `${order.name} has no parameter ${key}`, path: [key] });
  }
  for (const endpoint of [order.endpoint ?? []].flat().filter((each) => !endpoints.includes(each))) {
    const message = `there is no endpoint ${endpoint}. The endpoints are ${endpoints.join(', ')}`;
    context.addIssue({ code: 'custom', message, path: ['endpoint'] });
  }
}

/** A fault in a control call: name, scope, when it acts, and the parameters of its kind. */
export type FaultOrder = z.input<typeof orderFields>;

/** A fault in force. */
export interface Fault {
  id: string;
  order: z.output<typeof orderFields>;
  /** The calls in its scope so far, and the calls that it affected. */
  seen: number;
  hits: number;
  /** The same for each request, if `perRequest` is set. */
  each: Record<string, { seen: number; hits: number }>;
  /** Calls that it holds now. */
  held: number;
}

/** The properties of a call or callback that faults look at. */
export interface Occasion {
  moments: readonly FaultKind['moment'][];
  endpoint: string;
  request?: number | undefined;
  registrationAuthority?: string | undefined;
  phone?: string | undefined;
  status?: string | undefined;
}

/** The faults in force. They survive restarts. */
export class Faults {
  private faults: Fault[];
  private lastId: number;
  private readonly releases = new EventEmitter();
  private readonly path: string;

  /** @param endpoints names that `endpoint` may have */
  constructor(
    stateFolder: string,
    private readonly endpoints: readonly string[],
  ) {
    this.path = join(stateFolder, 'faults.json');
    this.faults = ((readJson(this.path) as Fault[] | undefined) ?? []).map((fault) => ({ ...fault, held: 0 }));
    this.lastId = Math.max(0, ...this.faults.map((fault) => Number(fault.id)));
    this.releases.setMaxListeners(0);
  }

  list(): readonly Fault[] {
    return this.faults;
  }

  /** Adds a fault. Throws a ZodError if the order is not valid. */
  add(order: unknown): Fault {
    const parsed = this.parse(order);
    this.lastId += 1;
    const fault = { id: String(this.lastId), order: parsed, seen: 0, hits: 0, each: {}, held: 0 };
    this.faults.push(fault);
    this.save();
    return fault;
  }

  /** Replaces all faults with these. Held calls go on. */
  replace(orders: readonly unknown[]): readonly Fault[] {
    orders.forEach((order) => this.parse(order));
    this.clear();
    orders.forEach((order) => this.add(order));
    return this.faults;
  }

  /** Ends a fault, and lets the calls go on that it holds. False if no fault has this id. */
  remove(id: string): boolean {
    const before = this.faults.length;
    this.faults = this.faults.filter((fault) => fault.id !== id);
    this.save();
    this.release(id);
    return this.faults.length < before;
  }

  clear(): void {
    const ids = this.faults.map((fault) => fault.id);
    this.faults = [];
    this.save();
    ids.forEach((id) => this.release(id));
  }

  /** Lets the calls go on that a fault holds. The fault stays. */
  release(id: string): void {
    this.releases.emit(id);
  }

  /** Counts an occasion for every fault whose scope includes it. Returns the faults that act on it. */
  meet(occasion: Occasion): Fault[] {
    const inScope = this.faults.filter((fault) => isInScope(fault, occasion));
    if (inScope.length === 0) return [];
    const acting = inScope.filter((fault) => {
      const own = fault.order.perRequest ? eachCount(fault, occasion) : undefined;
      fault.seen += 1;
      if (own !== undefined) own.seen += 1;
      const acts = isDue(fault, own ?? fault);
      if (acts) fault.hits += 1;
      if (acts && own !== undefined) own.hits += 1;
      return acts;
    });
    this.save();
    return acting;
  }

  /** Waits until the fault is released or removed. */
  async hold(fault: Fault): Promise<void> {
    fault.held += 1;
    await new Promise<void>((resolve) => this.releases.once(fault.id, () => resolve()));
    fault.held -= 1;
  }

  private parse(order: unknown): Fault['order'] {
    return orderFields.superRefine((each, context) => checkNames(each, context, this.endpoints)).parse(order);
  }

  private save(): void {
    writeJson(this.path, this.faults);
  }
}

/** A parameter of a fault, or the default of its kind. */
export function parameter(fault: Fault, name: string): number | string {
  const given = fault.order[name];
  if (typeof given === 'number' || typeof given === 'string') return given;
  const kind: FaultKind = FAULT_KINDS[fault.order.name];
  return kind.parameters[name] ?? 0;
}

export function numberParameter(fault: Fault, name: string): number {
  return Number(parameter(fault, name));
}

/** A number from 0 to 1 that is the same for the same seed and count (mulberry32). */
export function draw(fault: Fault): number {
  let state = (fault.order.seed * 0x9e3779b1 + fault.seen * 0x6d2b79f5) | 0;
  state = Math.imul(state ^ (state >>> 15), state | 1);
  state ^= state + Math.imul(state ^ (state >>> 7), state | 61);
  return ((state ^ (state >>> 14)) >>> 0) / 4_294_967_296;
}

function isInScope(fault: Fault, occasion: Occasion): boolean {
  const { order } = fault;
  const kind: FaultKind = FAULT_KINDS[order.name];
  const endpoints = order.endpoint === undefined ? kind.endpoints : [order.endpoint].flat();
  return (
    occasion.moments.includes(kind.moment) &&
    (endpoints === undefined || endpoints.includes(occasion.endpoint)) &&
    (order.request === undefined || order.request === occasion.request) &&
    (order.registrationAuthority === undefined || order.registrationAuthority === occasion.registrationAuthority) &&
    (order.phone === undefined || order.phone === occasion.phone) &&
    (order.status === undefined || order.status === occasion.status)
  );
}

function eachCount(fault: Fault, occasion: Occasion): { seen: number; hits: number } {
  return (fault.each[String(occasion.request ?? occasion.phone ?? '')] ??= { seen: 0, hits: 0 });
}

function isDue(fault: Fault, count: { seen: number; hits: number }): boolean {
  const { nth, times, probability } = fault.order;
  if (nth !== undefined && ![nth].flat().includes(count.seen)) return false;
  if (times !== undefined && count.hits >= times) return false;
  return probability === undefined || draw(fault) < probability;
}
