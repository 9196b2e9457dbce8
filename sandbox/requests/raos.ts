import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Refusal } from '../calls/answers.js';
import type { SettingsStore } from '../settings/store.js';
import type { Behaviour, HeldToken, Rao } from '../settings/settings.js';
import { readJson, writeJson } from '../state/files.js';

const INCOMPLETE = "Missing required parameters: incomplete RAO's credentials";
const INVALID = 'Invalid RAO credentials';

/** RAO credentials: those that the provider knows, and those that the Optimizer holds under a token (§4.4, §4.13). */
export class RaoCredentials {
  private readonly path: string;
  private created: Record<string, HeldToken>;

  constructor(
    stateFolder: string,
    private readonly settings: SettingsStore,
  ) {
    this.path = join(stateFolder, 'tokens.json');
    this.created = (readJson(this.path) as Record<string, HeldToken> | undefined) ?? {};
  }

  /** All tokens, by uid. */
  tokens(): Record<string, HeldToken> {
    return { ...this.settings.all.tokens, ...this.created };
  }

  /** Holds credentials under a new token. @throws Refusal */
  hold(token: HeldToken): string {
    const same = Object.values(this.tokens()).some(
      (each) =>
        each.username === token.username &&
        each.env === token.env &&
        each.password === token.password &&
        each.pin === token.pin,
    );
    if (same) throw new Refusal(400, 'A token with these credentials already exist!');
    if (this.byUsername(token.username) === undefined) {
      throw new Refusal(404, "Error getting RAO's id. Make sure the credentials are correct.");
    }
    const uuid = randomUUID();
    const uid = this.settings.all.behaviour.uidShape === 'hex' ? uuid.replaceAll('-', '') : uuid;
    this.created = { ...this.created, [uid]: token };
    writeJson(this.path, this.created);
    return uid;
  }

  /**
   * Checks the credentials in the body of approve or refuse: username, password, pin and rao; or token and rao; or
   * token and what it lacks. `rao` may also be called `rao_id` (V1's curl, §4.5), unless `key` says which.
   * Returns the RAO's id. @throws Refusal
   */
  check(
    body: Record<string, unknown>,
    registrationAuthority: string,
    key: Behaviour['refuseRaoKey'] = 'either',
  ): string {
    const behaviour = this.settings.behaviour(registrationAuthority);
    const keys = key === 'either' ? ['rao', 'rao_id'] : [key];
    const [id] = keys.flatMap((name) => raoIdOf(body[name], behaviour) ?? []);
    const tokenUid = text(body['token']);
    const held = tokenUid === undefined ? undefined : this.tokens()[tokenUid];
    if (tokenUid !== undefined && held === undefined) throw new Refusal(403, INVALID);
    const given = {
      username: held?.username ?? text(body['username']),
      password: held?.password ?? text(body['password']),
      pin: held?.pin ?? text(body['pin']),
      rao:
        id ??
        (held !== undefined && behaviour.raoWithToken === 'optional' ? this.byUsername(held.username)?.[0] : undefined),
    };
    const missing = Object.entries(given)
      .filter(([, value]) => value === undefined)
      .map(([name]) => name);
    if (missing.length > 0) throw new Refusal(400, INCOMPLETE, missing);
    const rao = this.settings.all.raos[given.rao ?? ''];
    const accepted =
      rao !== undefined &&
      rao.username === given.username &&
      rao.password === given.password &&
      rao.pin === given.pin &&
      rao.registrationAuthorities.includes(registrationAuthority);
    if (!accepted) throw new Refusal(403, INVALID);
    return given.rao ?? '';
  }

  private byUsername(username: string): [string, Rao] | undefined {
    return Object.entries(this.settings.all.raos).find(([, rao]) => rao.username === username);
  }
}

/** A non-blank string or a number, as text. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** The id of a RAO as text. An id of a type that the settings exclude counts as missing (§12.9). */
export function raoIdOf(value: unknown, { raoType }: Pick<Behaviour, 'raoType'>): string | undefined {
  return raoType === 'either' || typeof value === raoType ? text(value) : undefined;
}

/** A RAO within a request (§4.10), without its certificate. */
export function raoView(id: string, { registrationAuthority }: OfAuthority): Record<string, unknown> {
  return {
    pk: Number(id),
    given_name: 'Sandbox',
    surname_1: `Operator ${id}`,
    surname_2: '',
    is_identificator: false,
    id_document_number: '00000000T',
    id_document_description: '',
    id_document_issuer: '',
    registration_authority: [],
    registration_authority_master: Number(registrationAuthority),
  };
}

/** The API user within a request (§4.10, §8.2). */
export function userView({ registrationAuthority }: OfAuthority): Record<string, number> {
  return { pk: 53, permission_profile: 13, registration_authority: Number(registrationAuthority), request: 144 };
}

interface OfAuthority {
  registrationAuthority: string;
}
