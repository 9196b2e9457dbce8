import { json, paginated, type RaCall, type RaEndpoint } from './endpoint.js';
import { notFound } from './refusals.js';

/** Reads of registration authorities (§8.4). All fields are guesses, except the three about VideoID. */
export const AUTHORITY_ENDPOINTS: RaEndpoint[] = [
  {
    name: 'ra-list-authorities',
    method: 'GET',
    path: '/registrationauthorities/',
    body: 'none',
    work(call) {
      const ids = Object.keys(call.provider.parts.settings.all.registrationAuthorities);
      return paginated(
        call,
        ids.map((id) => authorityView(call, id)),
      );
    },
  },
  {
    name: 'ra-get-authority',
    method: 'GET',
    path: '/registrationauthorities/:authority/',
    body: 'none',
    work(call) {
      const id = call.params['authority'] ?? '';
      if (call.provider.parts.settings.all.registrationAuthorities[id] === undefined) {
        throw notFound('No RegistrationAuthority matches the given query.');
      }
      return json(authorityView(call, id));
    },
  },
];

function authorityView(call: RaCall, id: string): Record<string, unknown> {
  const { settings } = call.provider.parts;
  return {
    pk: Number(id),
    name: settings.all.registrationAuthorities[id]?.name ?? '',
    enable_external_auth: false,
    videoid_enabled: settings.behaviour(id).videoidEnabled,
    videoid_provider: 2,
  };
}
