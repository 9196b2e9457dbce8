import { AUTHORITY_ENDPOINTS } from './authority-endpoints.js';
import { DECISION_ENDPOINTS } from './decision-endpoints.js';
import { DOCUMENT_ENDPOINTS } from './document-endpoints.js';
import type { RaEndpoint } from './endpoint.js';
import { REQUEST_ENDPOINTS } from './request-endpoints.js';
import { SCRATCHCARD_ENDPOINTS } from './scratchcard-endpoints.js';

/** The table of endpoints of the Registration Authority API. A new one is an entry in its group. */
export const RA_ENDPOINTS: readonly RaEndpoint[] = [
  ...SCRATCHCARD_ENDPOINTS,
  ...REQUEST_ENDPOINTS,
  ...DECISION_ENDPOINTS,
  ...DOCUMENT_ENDPOINTS,
  ...AUTHORITY_ENDPOINTS,
];
