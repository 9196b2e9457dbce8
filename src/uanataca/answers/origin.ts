import { STATUS_CODES } from 'node:http';
import { type Fields, isFields, isName } from './fields.js';

/**
 * Who wrote an answer in JSON, as far as its form tells:
 * `provider`: a form that only the provider is known to use; `likely`: a documented form that others use too;
 * `possible`: like the provider's, but in no document; `foreign`: somebody else's.
 */
export type Origin = 'provider' | 'likely' | 'possible' | 'foreign';

/** Fields with the words of a refusal (§2). */
const SPEAKING = ['message', 'messsage', 'error', 'title', 'description', 'detail', 'details'] as const;

/** Fields that gateways, load balancers and web frameworks add. No answer of the provider has them. */
const OF_OTHERS = [
  'timestamp path statusCode request_id requestId error_description errors fault trace_id traceId success',
  'documentation_url Message',
].flatMap((names) => names.split(' '));

/** What gateways say in place of a reason. The provider's words are sentences (§4, §8). */
const OTHERS_SAY =
  /^(access|permission) denied$|^missing authentication token$|^no route matched\b|^no api key\b|^invalid authentication credentials$|^access denied due to (missing|invalid) subscription key|^user is not authori[sz]ed\b|^resource not found$|^[a-z]+(_[a-z]+)+$/i;

const REASON_PHRASES = new Set(Object.values(STATUS_CODES).map((phrase) => phrase?.toLowerCase()));

/** Whether words only repeat an HTTP status, or are known from gateways: "Forbidden", "403 Forbidden". */
function isBare(words: unknown): boolean {
  if (typeof words !== 'string') return false;
  const said = words
    .trim()
    .replace(/^\d{3} +/, '')
    .replace(/[.!]$/, '')
    .toLowerCase();
  return REASON_PHRASES.has(said) || OTHERS_SAY.test(said);
}

/** Whether a field that gateways use says no more than a status. Then even known words are not the provider's. */
export function isBareRefusal(fields: Fields): boolean {
  return !isCoded(fields) && [fields['message'], fields['error'], fields['title']].some(isBare);
}

/** The origin of an answer that refuses. */
export function originOf(value: unknown): Origin {
  if (!isFields(value)) return Array.isArray(value) || typeof value === 'boolean' ? 'likely' : 'foreign';
  if (isCoded(value) || isLineOfV1(value) || isEnvelopeOfV2(value)) return 'provider';
  if (value['moved'] !== undefined && value['details'] !== undefined) return 'provider';
  if (isListOfFields(value)) return 'provider';
  if (OF_OTHERS.some((name) => value[name] !== undefined)) return 'foreign';
  if (isBareRefusal(value) || isFields(value['error'])) return 'foreign';
  const { status } = value;
  const speaking = SPEAKING.filter((name) => value[name] !== undefined);
  if (speaking.length === 0) return typeof status === 'string' && /^$|\w \w/.test(status) ? 'likely' : 'foreign';
  const documented = ['detail', 'details', 'description'].some((name) => value[name] !== undefined);
  return documented || typeof status === 'string' ? 'likely' : 'possible';
}

/** `{"code","id","error"}`. The id has 16 hex digits (§2.3). Words may be empty (§8.3). */
export function isCoded({ id, code, error }: Fields): boolean {
  return typeof id === 'string' && /^[0-9a-f]{16}$/.test(id) && code !== undefined && error !== undefined;
}

/** `{"status":"404 Not Found","details":…}` (§2.2). */
function isLineOfV1({ status, details }: Fields): boolean {
  return typeof status === 'string' && /^[1-5]\d\d( |$)|^invalid json$/i.test(status) && details !== undefined;
}

/** V2 answers with both fields where it succeeds (§2.1). */
function isEnvelopeOfV2({ status, detail, details }: Fields): boolean {
  return typeof status === 'string' && (detail ?? details) !== undefined;
}

/** Lists of what is wrong, by field: FastAPI's (§2.1), or `{"email":["…"]}` (§4.14). */
function isListOfFields(value: Fields): boolean {
  const { detail } = value;
  if (Array.isArray(detail) && detail.length > 0)
    return detail.every((item) => isFields(item) && item['loc'] !== undefined && item['msg'] !== undefined);
  const items = Object.entries(value);
  return (
    items.length > 0 &&
    items.every(([name, item]) => isName(name) && Array.isArray(item) && typeof item[0] === 'string') &&
    !OF_OTHERS.some((name) => value[name] !== undefined)
  );
}
