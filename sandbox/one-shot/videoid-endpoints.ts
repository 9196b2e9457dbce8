import { Refusal, success } from '../calls/answers.js';
import { text } from '../requests/raos.js';
import { required, requestOf, type Call, type Endpoint } from '../calls/endpoint.js';

const WITH_PREFIX = /^\+?[1-9][0-9 ]{7,18}$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Create, approve and refuse (§4.1, §4.4, §4.5). */
export const VIDEOID_ENDPOINTS: Endpoint[] = [
  {
    name: 'create',
    method: 'POST',
    path: '/videoid',
    body: 'json',
    work(call) {
      const { provider, behaviour } = call;
      const { requests } = provider.parts;
      const order = checkedOrder(call);
      const request = requests.make(order);
      call.request = request;
      provider.begin(request);
      const pk = (value: number): number | string => (behaviour.pkType === 'number' ? value : String(value));
      return success(
        `VideoID created with pk ${request.videoidPk}`,
        {
          videoid_pk: pk(request.videoidPk),
          videoid_link: provider.linkOf(request),
          request_pk: pk(request.pk),
        },
        { words: 'messsage', detail: 'detail' },
      );
    },
  },
  {
    name: 'approve',
    method: 'POST',
    path: '/videoid/:videoid_pk/approve',
    body: 'json',
    work(call) {
      const request = requestOf(call, () => 'Request not found');
      const rao = call.provider.parts.raos.check(call.body, request.registrationAuthority);
      call.provider.approve(request);
      request.approvingRao = rao;
      call.provider.settle(request);
      return success('Request approved successfully');
    },
  },
  {
    name: 'refuse',
    method: 'POST',
    path: '/videoid/:videoid_pk/refuse',
    body: 'json',
    work(call) {
      const request = requestOf(call, () => 'Request not found');
      call.provider.parts.raos.check(call.body, request.registrationAuthority, call.behaviour.refuseRaoKey);
      const reason = text(call.body['reason']);
      if (reason === undefined) throw new Refusal(400, 'No reason specified', ['reason']);
      call.provider.refuse(request, reason);
      return success('Videoid refuse completed');
    },
  },
];

/** The fields of create, in the order in which V1 reports them. @throws Refusal */
function checkedOrder(call: Call) {
  const { behaviour, body, provider } = call;
  const { settings } = provider.parts;
  const { billing, env } = behaviour.optimizerHolds;
  required(call, ['mobile_phone_number', 'email', 'registration_authority', 'profile'], 'Missing required parameters');
  if (!billing) required(call, ['billing_username', 'billing_password'], 'Missing required parameters');
  if (behaviour.videoidModeInCreate === 'required' && text(body['videoid_mode']) !== '1') {
    throw new Refusal(400, 'Missing required parameters', ['videoid_mode']);
  }
  if (behaviour.envInCreate === 'refused' && body['env'] !== undefined) {
    throw new Refusal(400, 'The specified environment is not available');
  }
  if (!env) required(call, ['env'], 'Missing env parameter. Please set it in settings or specify it as parameter');
  const order = {
    registrationAuthority: text(body['registration_authority']) ?? '',
    profile: text(body['profile']) ?? '',
    env: text(body['env']) ?? settings.all.environments[0] ?? '',
    email: text(body['email']) ?? '',
    phone: (text(body['mobile_phone_number']) ?? '').replaceAll(' ', ''),
  };
  if (!settings.all.environments.includes(order.env)) {
    throw new Refusal(400, `Environment ${order.env} does not exist`);
  }
  if (body['billing_username'] !== undefined) checkBilling(call);
  if (settings.all.registrationAuthorities[order.registrationAuthority] === undefined) {
    throw new Refusal(404, 'Registration Authority not found');
  }
  if (!behaviour.videoidEnabled) {
    throw new Refusal(400, `Videoid not enabled for Registration Authority ${order.registrationAuthority}`);
  }
  // Guess: no source shows the refusal of an unknown profile.
  if (!behaviour.profiles.includes(order.profile)) throw new Refusal(400, `Profile ${order.profile} not found`);
  if (!WITH_PREFIX.test(order.phone)) {
    throw new Refusal(400, 'Please use the mobile phone number with an international prefix');
  }
  if (!EMAIL.test(order.email)) throw new Refusal(400, 'Enter a valid email address');
  return order;
}

/** Mistakes of the caller that the provider reports as 500 (§4.1, §4.14). */
function checkBilling({ behaviour, body, provider }: Call): void {
  const given = text(body['billing_password']) ?? '';
  const encoding = behaviour.billingPasswordEncoding;
  if (encoding === 'base64' && !BASE64.test(given)) {
    throw new Refusal(500, 'Billing credentials not valid. Please check if they are base64 encoded');
  }
  const decoded = Buffer.from(given, 'base64').toString('utf8');
  const { billing } = provider.parts.settings.all;
  const known = billing[text(body['billing_username']) ?? ''];
  const accepted =
    known !== undefined && ((encoding !== 'base64' && given === known) || (encoding !== 'plain' && decoded === known));
  if (!accepted) {
    throw new Refusal(500, 'Cannot check the remaining credit for the billing user. Please check the credentials.');
  }
}
