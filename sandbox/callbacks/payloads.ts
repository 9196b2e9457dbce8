import type { PendingCallback } from '../requests/common-request.js';
import type { ProviderRequest } from '../requests/requests.js';
import type { Behaviour } from '../settings/settings.js';

/** The body of a callback, in the shape that the settings choose (§7.1 and §7.2). */
export function callbackPayload(
  request: ProviderRequest,
  callback: PendingCallback,
  behaviour: Behaviour,
): Record<string, unknown> {
  const withExtras =
    behaviour.webhookExtras === 'always' || (behaviour.webhookExtras === 'sometimes' && callback.id % 2 === 0);
  const extras = withExtras
    ? {
        date: dateWithoutZone(callback.at),
        ...(callback.previousStatus === undefined ? {} : { previous_status: callback.previousStatus }),
      }
    : {};
  if (behaviour.webhookShape === 'flat') {
    return {
      status: callback.status,
      date: dateWithoutZone(callback.at),
      previous_status: callback.previousStatus ?? '',
      request: request.pk,
      registration_authority: Number(request.registrationAuthority),
    };
  }
  const bare = callback.status === 'ISSUED' && behaviour.issuedWebhookWithoutPk;
  return {
    event_type: callback.event,
    sent_at: compactDate(callback.at),
    ...extras,
    request: bare
      ? { status: callback.status }
      : {
          status: callback.status,
          profile: request.profile,
          registration_authority: Number(request.registrationAuthority),
          scratchcard: request.scratchcard,
          pk: request.pk,
        },
    certificates: callback.status === 'ISSUED' ? certificates(request) : [],
  };
}

function certificates(request: ProviderRequest): Record<string, string>[] {
  const { certificate } = request;
  if (certificate === undefined) return [];
  return [
    {
      status: 'VALID',
      serial_number: certificate.serialNumber,
      valid_from: dayAndTime(certificate.validFrom),
      valid_to: dayAndTime(certificate.validTo),
    },
  ];
}

/** `YYYYMMDDHHMMSS`. The time zone is not documented. UTC is a guess. */
export function compactDate(iso: string): string {
  return iso.replaceAll(/[-:T]/g, '').slice(0, 14);
}

/** `YYYYMMDD HH:MM:SS` */
function dayAndTime(iso: string): string {
  return `${iso.slice(0, 10).replaceAll('-', '')} ${iso.slice(11, 19)}`;
}

/** `2021-07-20T08:08:21.132394`: microseconds, no zone. */
export function dateWithoutZone(iso: string): string {
  return `${iso.slice(0, 23)}000`;
}
