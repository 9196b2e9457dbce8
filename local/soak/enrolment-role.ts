import type { Draw } from './draw.js';
import { type CommonRole, drawCommonRole, type RoleOrder } from './common-role.js';

/** What the people around one enrolment will do. */
export interface EnrolmentRole extends CommonRole {
  flow: 'enrolment';
  /** A natural person goes from the video directly to the certificate. An organisation's request is completed and approved in between. */
  subject: 'person' | 'organisation';
  /** What the provider's certified operator decides about the video. */
  validation: 'validates' | 'refuses' | 'never';
  /** When an organisation's data and deed are provided. `piecemeal`: field by field, with the deed last. */
  data: 'at-start' | 'later' | 'piecemeal' | 'never';
  /** Whether the enrolment ends only when the signer has picked up the certificate. */
  untilIssued: boolean;
  pickUp: 'picks-up' | 'never';
}

export function drawEnrolmentRole(draw: Draw, order: RoleOrder): EnrolmentRole {
  const subject = draw.weighted({ person: 45, organisation: 55 });
  const validation = draw.weighted({ validates: 86, refuses: 7, never: 7 });
  const data = draw.weighted({ 'at-start': 35, later: 38, piecemeal: 20, never: 7 });
  const untilIssued = draw.chance(0.5);
  const pickUp = draw.weighted({ 'picks-up': 85, never: 15 });
  const common = drawCommonRole(draw, order, {
    flow: 'enrolment',
    short: (officer) => [
      ...(hasShortReview({ subject, validation, data, officer }) ? ['review' as const] : []),
      ...(untilIssued && pickUp === 'never' ? ['signing' as const] : []),
    ],
  });
  return { ...common, flow: 'enrolment', subject, validation, data, untilIssued, pickUp };
}

/** Whether validation, completing and review have a deadline that people meet. One setting applies to all three. */
export function hasShortReview({
  subject,
  validation,
  data,
  officer,
}: Pick<EnrolmentRole, 'subject' | 'validation' | 'data' | 'officer'>): boolean {
  return validation === 'never' || (subject === 'organisation' && (data === 'never' || officer === 'never'));
}
