import type { RoleOrder } from './common-role.js';
import type { Draw } from './draw.js';
import { drawEnrolmentRole, type EnrolmentRole } from './enrolment-role.js';
import { drawSignatureRole, type SignatureRole } from './signature-role.js';

/** What the people around one request will do. */
export type Role = SignatureRole | EnrolmentRole;

/** @param enrolments the probability of an enrolment, from 0 to 1 */
export function drawRole(draw: Draw, order: RoleOrder, enrolments: number): Role {
  return draw.chance(enrolments) ? drawEnrolmentRole(draw, order) : drawSignatureRole(draw, order);
}
