import type { Step } from '../course.js';
import { beforeVideoStep, createStep, unknownStep } from './beginning.js';
import { cleaningStep } from './cleaning.js';
import type { SignatureContext } from './context.js';
import { contractStep, documentsStep } from './documents.js';
import { SECOND, THIRD } from './other-requests.js';
import { videoStep } from '../video.js';
import { approveStep, reviewStep } from './review.js';
import { signedStep } from './signed.js';
import { codeStep, unlockStep } from './signing.js';

/** The signature flow, as the provider describes it, with the other sides where they do no harm. */
export const SIGNATURE_STEPS: readonly Step<SignatureContext>[] = [
  unknownStep,
  createStep('create', 'main', { title: 'Create the request that will be signed', essential: true }),
  beforeVideoStep,
  videoStep('video', 'main'),
  reviewStep,
  approveStep,
  documentsStep,
  contractStep,
  unlockStep,
  codeStep,
  signedStep,
  cleaningStep,
  ...SECOND,
  ...THIRD,
];
