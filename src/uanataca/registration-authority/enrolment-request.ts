import { z } from 'zod';
import type { RequestFields } from '../../messages/request-fields.js';
import { Secret } from '../../security/secret.js';
import { isFields } from '../answers/fields.js';
import { type ProviderRequest, optionalText, requestIn } from '../provider-request.js';
import { videoidPk } from '../ids.js';
import { type IssuedCertificate, certificatesIn, fieldsIn } from './schemas.js';

/** An enrolment as the provider shows it. Its fields are personal data: compare them, never show them. */
export interface EnrolmentRequest extends ProviderRequest {
  /** All filled-in fields by the provider's names, including those from the video. */
  fields: RequestFields;
  secureElement: string | undefined;
  /** Days. */
  validityTime: string | undefined;
  /** The signer's link to the video, if the answer has it. Its holder acts as the signer. */
  videoidLink: Secret | undefined;
  /** The status of the video, not of the request: `VALIDATED`, `REFUSED`, … (§6). */
  videoStatus: string | undefined;
  /** Why the provider's operator refused the video. May contain personal data. */
  refusalReason: string | undefined;
  certificates: IssuedCertificate[];
}

const moreSchema = z.object({
  secure_element: optionalText,
  validity_time: optionalText,
  certificate_set: z.unknown().optional(),
});

const videoSchema = z.object({
  pk: videoidPk.optional().catch(undefined),
  status: optionalText,
  refusal_reason: optionalText,
  videoid_link: z
    .url({ protocol: /^https?$/ })
    .optional()
    .catch(undefined),
});

/** The enrolment in an answer (§8.2, §8.4); `undefined` without a status. */
export function enrolmentIn(payload: unknown): EnrolmentRequest | undefined {
  const request = requestIn(payload);
  const more = moreSchema.safeParse(payload);
  if (request === undefined || !more.success) return undefined;
  const video = videoSchema.safeParse(isFields(payload) ? payload['videoid_data'] : undefined).data;
  return {
    ...request,
    videoidPk: video?.pk ?? request.videoidPk,
    fields: fieldsIn(payload),
    secureElement: more.data.secure_element,
    validityTime: more.data.validity_time,
    videoidLink: video?.videoid_link === undefined ? undefined : new Secret(video.videoid_link),
    videoStatus: video?.status,
    refusalReason: video?.refusal_reason,
    certificates: certificatesIn(more.data.certificate_set),
  };
}
