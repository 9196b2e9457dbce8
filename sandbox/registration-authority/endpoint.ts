import type { Answer } from '../calls/answers.js';
import type { Call, Endpoint } from '../calls/endpoint.js';
import { raoIdOf, text } from '../requests/raos.js';
import type { Rao } from '../settings/settings.js';
import type { Enrolment } from './enrolment.js';
import { detailed, forbidden, invalidParameters, missing, mistake, notFound } from './refusals.js';

export type RaCall = Call<Enrolment>;
export type RaEndpoint = Endpoint<Enrolment>;

/** A bare JSON answer. This API has no envelope for successes. */
export function json(body: unknown, status = 200): Answer {
  return { kind: 'json', status, body };
}

/** The request that the path names. @throws Refusal 404 */
export function enrolmentOf(call: RaCall, words = 'No Request matches the given query.'): Enrolment {
  if (call.request === undefined) throw notFound(words);
  return call.request;
}

/** Fields that must exist and not be blank. @throws Refusal */
export function requireFields(call: RaCall, fields: readonly string[]): void {
  const lacking = fields.filter((field) => text(call.body[field]) === undefined);
  if (lacking.length > 0) throw missing(lacking, call.behaviour);
}

/** The registration authority in a body. @throws Refusal 500, like for every unknown id (§2.3) */
export function authorityNamed(call: RaCall, field: string): string {
  const id = text(call.body[field]) ?? '';
  if (call.provider.parts.settings.all.registrationAuthorities[id] === undefined) {
    throw mistake('RegistrationAuthority matching query does not exist.');
  }
  return id;
}

/** The RAO named by `rao` or `rao_id`. The documentation of the call says which one (§12.9). @throws Refusal */
export function raoOf(call: RaCall, key: 'rao' | 'rao_id'): { id: string; rao: Rao } {
  const { behaviour, body } = call;
  const other =
    behaviour.ra.raoKey === 'either' ? raoIdOf(body[key === 'rao' ? 'rao_id' : 'rao'], behaviour) : undefined;
  const id = raoIdOf(body[key], behaviour) ?? other;
  if (id === undefined) throw invalidParameters(call.behaviour);
  const rao = call.provider.parts.settings.all.raos[id];
  if (rao === undefined) throw mistake('Rao matching query does not exist.');
  return { id, rao };
}

/** RAO credentials in the body: username, password, PIN and id (§1.2). Returns the id. @throws Refusal */
export function checkCredentials(call: RaCall, request: Enrolment): string {
  const { ra } = call.behaviour;
  requireFields(call, ['username', 'password', 'pin']);
  if (ra.raoKey === 'as-documented') requireFields(call, ['rao_id']);
  const { id, rao } = raoOf(call, 'rao_id');
  const accepted =
    rao.username === text(call.body['username']) &&
    rao.password === text(call.body['password']) &&
    rao.pin === text(call.body['pin']);
  if (!accepted && ra.wrongCredentials === '401') throw detailed(401, 'Invalid username/password.');
  if (!accepted && ra.wrongCredentials === '500') throw mistake('Invalid RAO credentials');
  if (!accepted || !rao.registrationAuthorities.includes(request.registrationAuthority)) throw forbidden();
  return id;
}

/** At most 10 objects on a page (§1.2). `next` and `previous` are complete addresses. @throws Refusal 404 */
export function paginated(call: RaCall, all: readonly unknown[]): Answer {
  const pages = Math.max(1, Math.ceil(all.length / PAGE));
  const page = Number(call.query['page'] ?? 1);
  if (!Number.isInteger(page) || page < 1 || page > pages) throw detailed(404, 'Invalid page.');
  return json({
    count: all.length,
    next: page < pages ? pageAddress(call, page + 1) : null,
    previous: page > 1 ? pageAddress(call, page - 1) : null,
    [call.behaviour.ra.listKey]: all.slice((page - 1) * PAGE, page * PAGE),
  });
}

const PAGE = 10;

function pageAddress(call: RaCall, page: number): string {
  const address = new URL(call.incoming.url ?? '/', `https://${call.incoming.headers.host ?? 'localhost'}`);
  address.searchParams.set('page', String(page));
  return address.href;
}
