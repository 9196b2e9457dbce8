import { FAULT_KINDS, type FaultKind, type FaultName } from '../../sandbox/faults/kinds.js';
import type { Flow } from '../../src/messages/request.js';
import type { Draw } from './draw.js';

/** A fault in the form that the sandbox accepts. */
export type DrawnFault = {
  name: FaultName;
  endpoint?: string;
  phone?: string;
  times?: number;
  nth?: number;
  probability?: number;
  seed?: number;
  ms?: number;
  code?: number;
  retryAfter?: number;
  copies?: number;
};

/** The endpoints that a request of each flow calls. */
const ENDPOINTS: Record<Flow, readonly string[]> = {
  signature: [
    'create',
    'approve',
    'refuse',
    'get-request',
    'upload',
    'get-contract',
    'otp',
    'sign',
    'get-document',
    'delete-document',
    'delete-documents',
    'cancel-request',
  ],
  enrolment: [
    'ra-first-scratchcard',
    'ra-scratchcard-used',
    'ra-list-requests',
    'ra-create',
    'ra-get-request',
    'ra-update-request',
    'ra-upload-evidence',
    'ra-validate',
    'ra-declaration',
    'ra-get-document',
    'ra-generate-document',
    'ra-approve',
    'ra-cancel',
  ],
};

/** Calls that do not identify the signer. */
const OF_NOBODY = new Set(['ra-first-scratchcard', 'ra-scratchcard-used', 'ra-list-requests']);

/**
 * One fault of any kind that can affect this flow. Its times fit the time scale of a soak. The caller adds scope
 * and number.
 */
export function drawFault(draw: Draw, flow: Flow, meets: 'everybody' | 'one signer'): DrawnFault {
  const endpoints = ENDPOINTS[flow].filter((endpoint) => meets === 'everybody' || !OF_NOBODY.has(endpoint));
  const among = (name: FaultName): readonly string[] => {
    const kind: FaultKind = FAULT_KINDS[name];
    return endpoints.filter((endpoint) => kind.endpoints?.includes(endpoint) ?? true);
  };
  const names = (Object.keys(FAULT_KINDS) as FaultName[]).filter((name) => among(name).length > 0);
  const name = draw.oneOf(names as [FaultName, ...FaultName[]]);
  const kind: FaultKind = FAULT_KINDS[name];
  const order: DrawnFault = { name };
  if (kind.moment !== 'signer' && kind.moment !== 'callback')
    order.endpoint = draw.oneOf(among(name) as [string, ...string[]]);
  if ('ms' in kind.parameters) order.ms = draw.between(100, 2500);
  if ('code' in kind.parameters) order.code = draw.oneOf([502, 504, 520]);
  if ('retryAfter' in kind.parameters) order.retryAfter = draw.between(0, 1);
  if ('copies' in kind.parameters) order.copies = draw.between(1, 4);
  return order;
}
