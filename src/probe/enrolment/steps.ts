import type { Step } from '../course.js';
import { videoStep } from '../video.js';
import { approveStep } from './approve.js';
import { beforeVideoStep, scratchcardStep, unknownStep } from './beginning.js';
import type { EnrolmentContext } from './context.js';
import { createStep } from './create.js';
import { evidenceStep } from './evidence.js';
import { fieldsStep } from './fields.js';
import { paperworkStep } from './paperwork.js';
import { readyStep } from './ready.js';
import { SECOND } from './second.js';
import { validationStep } from './validation.js';

/** The enrolment flow, as the provider describes it, with the other sides where they do no harm. */
export const ENROLMENT_STEPS: readonly Step<EnrolmentContext>[] = [
  unknownStep,
  scratchcardStep,
  createStep,
  beforeVideoStep,
  videoStep('video', 'main', 'GET /requests/{request_pk}/'),
  validationStep,
  fieldsStep,
  evidenceStep,
  paperworkStep,
  approveStep,
  readyStep,
  ...SECOND,
];
