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

/** Statuses in which the signer can use the video link. */
export const VIDEO_OPEN: readonly Status[] = ['VIDEOPENDING', 'VIDEOINCOMPLETE', 'VIDEOERROR'];
