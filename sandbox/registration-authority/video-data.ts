import { createHash } from 'node:crypto';
import type { Behaviour } from '../settings/settings.js';
import { VIDEO_OPEN } from '../requests/statuses.js';
import type { Enrolment } from './enrolment.js';

const IMAGES = ['document_photo', 'document_front', 'document_rear', 'document_owner'] as const;
const CHECKS = [
  'OTP validation',
  'Data integrity',
  'Document is not a black and white copy',
  'Document not expired',
  'Not underage',
  'Liveliness detected',
];
const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

/** `videoid_data` of a request (§8.4). Before the video is finished, it only has the link. */
export function videoData(request: Enrolment, { ra }: Behaviour, link: string): Record<string, unknown> {
  const finished = request.person !== undefined && !VIDEO_OPEN.includes(request.status);
  return {
    pk: request.videoidPk,
    status: request.videoStatus ?? ra.videoStatusOpen,
    provider: 2,
    ...(ra.videoLinkShown ? { videoid_link: link } : {}),
    requests: [request.pk],
    refusal_reason: request.refusalReason ?? '',
    data: finished ? evidence(request, ra.imageBytes) : {},
    video_identifier: request.videoIdentifier,
    validation_services: {},
    acceptance: finished ? acceptance(request, link) : {},
    validation_operator: null,
  };
}

function evidence(request: Enrolment, imageBytes: number): Record<string, unknown> {
  const { id_document_country: _country, ...ocr } = request.person ?? {};
  return {
    images: Object.fromEntries(IMAGES.map((name) => [name, image(`${request.pk} ${name}`, imageBytes)])),
    security_checks: CHECKS.map((label) => [label, true]),
    similarity_level: 'Medium',
    ocr_data: { mobile_phone_number: request.phone, ...ocr },
  };
}

function acceptance(request: Enrolment, link: string): Record<string, unknown> {
  const at = request.history.findLast((entry) => entry.cause === 'video-finished')?.at ?? request.createdAt;
  return {
    description: 'User Accepted Terms and Conditions and Privacy Policy',
    'url-doc-privacypolicy': 'https://sandbox.invalid/privacy',
    ip: '192.0.2.58',
    'url-web-videoid': link,
    'user-agent': BROWSER,
    date: Date.parse(at),
    'url-doc-termsconditions': 'https://sandbox.invalid/terms',
  };
}

/** Begins like a JPEG. The rest is noise, so it shows no face. The same seed gives the same bytes. */
function image(seed: string, size: number): string {
  const begin = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
  const noise = createHash('shake256', { outputLength: size - begin.length })
    .update(seed)
    .digest();
  return Buffer.concat([begin, noise]).toString('base64');
}
