import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { IdentityOrder, SealedAnswer } from '../../messages/identity.js';
import type { OutcomeKind } from '../../messages/outcome.js';
import type { RequestStatus } from '../../messages/status.js';
import * as names from '../../messages/steering.js';

/** The provider called back: something may have changed. There is no argument, so it can do no harm. */
export const hintSignal = defineSignal(names.HINT_SIGNAL);
export const statusQuery = defineQuery<RequestStatus, names.StatusQuestion>(names.STATUS_QUERY);
export const reviewUpdate = defineUpdate<{ status: string }, [names.ReviewDecision]>(names.REVIEW_UPDATE);
export const acceptUpdate = defineUpdate<names.Accepted, [names.Acceptance]>(names.ACCEPT_UPDATE);
export const codeUpdate = defineUpdate<names.CodeSent, [names.Acceptance]>(names.CODE_UPDATE);
export const signUpdate = defineUpdate<names.SignAnswer, [names.SignOrder]>(names.SIGN_UPDATE);
export const cancelUpdate = defineUpdate<{ outcome: OutcomeKind }, [names.CancelOrder]>(names.CANCEL_UPDATE);
export const newVideoUpdate = defineUpdate<{ requestPk: string }, [names.NewVideoOrder]>(names.NEW_VIDEO_UPDATE);
export const correctUpdate = defineUpdate<{ status: string }, [names.CorrectOrder]>(names.CORRECT_UPDATE);
export const provideUpdate = defineUpdate<{ missing: string[] }, [names.ProvideOrder]>(names.PROVIDE_UPDATE);
export const preauthLinkUpdate = defineUpdate<{ stored: true }, [names.PreauthLinkOrder]>(names.PREAUTH_LINK_UPDATE);
export const identityUpdate = defineUpdate<SealedAnswer, [IdentityOrder]>(names.IDENTITY_UPDATE);
export const extendUpdate = defineUpdate<{ deadline: string }, [names.ExtendOrder]>(names.EXTEND_UPDATE);
export const abandonUpdate = defineUpdate<{ outcome: OutcomeKind }, [names.AbandonOrder]>(names.ABANDON_UPDATE);
export const resolveUpdate = defineUpdate<{ stage: string }, [names.Resolution]>(names.RESOLVE_UPDATE);
