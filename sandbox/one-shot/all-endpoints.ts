import { RA_ENDPOINTS } from '../registration-authority/all-endpoints.js';
import { DOCUMENT_ENDPOINTS } from './document-endpoints.js';
import type { Endpoint } from '../calls/endpoint.js';
import { REQUEST_ENDPOINTS } from './request-endpoints.js';
import { SIGN_ENDPOINTS } from './sign-endpoints.js';
import { TOKEN_ENDPOINTS } from './token-endpoints.js';
import { VIDEOID_ENDPOINTS } from './videoid-endpoints.js';

/** The table of endpoints. A new one is an entry in its group. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...VIDEOID_ENDPOINTS,
  ...REQUEST_ENDPOINTS,
  ...DOCUMENT_ENDPOINTS,
  ...SIGN_ENDPOINTS,
  ...TOKEN_ENDPOINTS,
];

/** Names for counters and faults: the endpoints, and two events that are not calls of the API. */
export const ENDPOINT_NAMES: readonly string[] = [
  ...new Set([...ENDPOINTS, ...RA_ENDPOINTS].map((endpoint) => endpoint.name)),
  'callback',
  'video',
];
