import { Refusal, success } from '../calls/answers.js';
import { text } from '../requests/raos.js';
import type { HeldToken } from '../settings/settings.js';
import { required, type Endpoint } from '../calls/endpoint.js';

/** RAO credentials held by the Optimizer (§4.13). */
export const TOKEN_ENDPOINTS: Endpoint[] = [
  {
    name: 'create-token',
    method: 'POST',
    path: '/token',
    body: 'json',
    work(call) {
      required(call, ['username'], 'Missing required parameters: username, password, pin');
      const { settings, raos } = call.provider.parts;
      const uid = raos.hold({
        username: text(call.body['username']) ?? '',
        password: text(call.body['password']) ?? null,
        pin: text(call.body['pin']) ?? null,
        env: text(call.body['env']) ?? settings.all.environments[0] ?? '',
      });
      return success('Token created', { token_uid: uid }, { detail: 'details' });
    },
  },
  {
    name: 'get-token',
    method: 'GET',
    path: '/token/:token_uid',
    body: 'none',
    work(call) {
      const uid = call.params['token_uid'] ?? '';
      const token = call.provider.parts.raos.tokens()[uid];
      if (token === undefined) throw new Refusal(404, `Token ${uid} not found`);
      return success(undefined, tokenView(token), { detail: 'details' });
    },
  },
  {
    name: 'list-tokens',
    method: 'GET',
    path: '/tokens',
    body: 'none',
    work(call) {
      const tokens = Object.entries(call.provider.parts.raos.tokens());
      const views = Object.fromEntries(tokens.map(([uid, token]) => [uid, tokenView(token)]));
      return success(undefined, views, { detail: 'details' });
    },
  },
];

/** Says which credentials are held. Never returns the credentials. */
function tokenView(token: HeldToken): Record<string, unknown> {
  return { username: token.username, password: token.password !== null, pin: token.pin !== null };
}
