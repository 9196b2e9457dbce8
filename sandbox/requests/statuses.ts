/** The request statuses of One-Shot (§6). */
export const STATUSES = [
  'CREATED',
  'VIDEOPENDING',
  'VIDEOINCOMPLETE',
  'VIDEOREVIEW',
  'VIDEOERROR',
  'ENROLLREADY',
  'ISSUED',
  'CANCELLED',
] as const;
export type Status = (typeof STATUSES)[number];

export function isStatus(text: string | undefined): text is Status {
  return STATUSES.some((status) => status === text);
}

/** The events that move a request from one status to another (§6). */
export const CAUSES = [
  'video-finished',
  'video-incomplete',
  'video-failed',
  'video-retried',
  'validated',
  'approved',
  'refused',
  'cancelled',
  'issued',
] as const;
export type Cause = (typeof CAUSES)[number];

/** Statuses in which the signer can use the video link. */
export const VIDEO_OPEN: readonly Status[] = ['VIDEOPENDING', 'VIDEOINCOMPLETE', 'VIDEOERROR'];
