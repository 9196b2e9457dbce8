import type { Installation } from '../installation/installation.js';
import { ENROLMENT_ENDS } from './enrolment-ends.js';
import { SIGNATURE_ENDS } from './signature-ends.js';

/** Ways to bring one request to an end, by name. */
export type Ends = Record<string, (at: Installation) => Promise<{ reference: string; workflowId: string }>>;

/** Every end of both flows. The files in `histories/` have the same names. */
export const ENDS: Ends = { ...SIGNATURE_ENDS, ...ENROLMENT_ENDS };

/** Ends that start another workflow, by the beginning of its id. That workflow has its own history, with that name. */
export const LEFT_BEHIND: Record<string, string> = { 'cleanup-pending': 'cleanup', 'video-late': 'late-video' };
