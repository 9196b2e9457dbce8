import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startGateway } from '../../src/gateway.js';
import { answerFailure } from '../../src/http/failure-answer.js';
import { readApiTokens, readWebhookTokens } from '../../src/gateway/tokens.js';
import { createLogger } from '../../src/logging/logger.js';
import { VideoIdError } from '../../src/messages/failures.js';
import { type GatewayPlace, openGatewayPlace } from './gateway-place.js';

const logger = createLogger({ process: 'gateway', level: 'silent' });

describe('the bridge alone', () => {
  let place: GatewayPlace;
  beforeAll(async () => {
    place = await openGatewayPlace({
      only: 'webhooks',
      settings: {
        keys: {
          codec: [{ id: 'k', key: 'env:NO_SUCH_KEY' }],
          seal: [{ id: 's', publicKey: 'file:/no/such/key' }],
          orders: [{ id: 'o', publicKey: 'file:/no/such/key' }],
        },
      },
    });
  });
  afterAll(async () => place.close());

  it('starts without codec key, seal key, orders key, archive and Temporal', async () => {
    expect((await place.hook(place.tokens[0], { request: 1, status: 'VIDEOREVIEW' })).status).toBe(200);
  });

  it('says that it is not ready while Temporal is out of reach', async () => {
    const answer = await fetch(`${place.address}/health`);
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { ready: false, problems: [{ need: 'temporal', code: 'TEMPORAL_UNREACHABLE' }] },
    ]);
  });

  it('has no API', async () => {
    for (const path of ['/v1/requests', '/v1/requests/a', '/']) {
      const answer = await fetch(place.address + path, { headers: { authorization: `Bearer ${place.apiToken}` } });
      expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'NO_SUCH_CALL' } }]);
    }
  });

  it('does not start on a port that is taken, and says which setting to change', async () => {
    const config = { ...place.config, gateway: { ...place.config.gateway, port: place.gateway.port } };
    await expect(startGateway(config, logger, { only: 'webhooks' })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      field: 'gateway.port',
      facts: { port: place.gateway.port },
    });
  });

  it('does not start without the index, for every hint would look foreign', async () => {
    const config = { ...place.config, archive: { ...place.config.archive, index: join(place.folder, 'nowhere') } };
    await expect(startGateway(config, logger, { only: 'webhooks' })).rejects.toMatchObject({
      code: 'ARCHIVE_UNAVAILABLE',
    });
  });

  it('does not start when a token would name two registration authorities', async () => {
    writeFileSync(join(place.folder, 'other'), place.tokens[1]);
    await expect(startGateway(place.config, logger, { only: 'webhooks' })).rejects.toMatchObject({
      code: 'BAD_SETTING',
      field: 'registrationAuthorities.240.webhookTokens',
    });
  });

  it('names the setting of a token that is not there', async () => {
    const missing = 'env:TEST_NO_SUCH_TOKEN';
    const { registrationAuthorities, gateway } = structuredClone(place.config);
    registrationAuthorities['139']?.webhookTokens.splice(1, 1, missing);
    await expect(readWebhookTokens({ ...place.config, registrationAuthorities })).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
      field: 'registrationAuthorities.139.webhookTokens[1]',
    });
    gateway.apiTokens.push(missing);
    await expect(readApiTokens({ ...place.config, gateway })).rejects.toMatchObject({
      code: 'SECRET_NOT_FOUND',
      field: 'gateway.apiTokens[1]',
    });
  });

  it.each([
    ['one character', 'a'],
    ['31 characters', 'x'.repeat(31)],
    ['a blank inside', `${'x'.repeat(20)} ${'y'.repeat(20)}`],
    ['a slash, which no address carries', `${'x'.repeat(20)}/${'y'.repeat(20)}`],
  ])('does not start with a token of %s, and says how to make one', async (_what, token) => {
    const path = join(place.folder, 'guessable');
    writeFileSync(path, token);
    const { registrationAuthorities, gateway } = structuredClone(place.config);
    const refused = { code: 'BAD_SETTING', remedy: expect.stringContaining('openssl rand') as string };
    registrationAuthorities['139']?.webhookTokens.splice(0, 1, `file:${path}`);
    await expect(readWebhookTokens({ ...place.config, registrationAuthorities })).rejects.toMatchObject({
      ...refused,
      field: 'registrationAuthorities.139.webhookTokens[0]',
    });
    gateway.apiTokens.push(`file:${path}`);
    const failed = await readApiTokens({ ...place.config, gateway }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ ...refused, field: 'gateway.apiTokens[1]' });
    expect(JSON.stringify(failed)).not.toContain(token.length > 1 ? token : '"a"');
  });

  it('is the only part that starts without a token of the API', async () => {
    const config = { ...place.config, gateway: { ...place.config.gateway, apiTokens: [] } };
    await expect(startGateway(config, logger)).rejects.toMatchObject({
      code: 'BAD_SETTING',
      field: 'gateway.apiTokens',
    });
  });
});

describe('a failure as an answer', () => {
  it('that is still being carried out is 202 with the id to ask again with', async () => {
    const failure = new VideoIdError('STILL_RUNNING', 'It goes on.', { facts: { updateId: 'one-action' } });
    const answer = answerFailure(failure);
    expect([answer.status, answer.headers.get('idempotency-key')]).toEqual([202, 'one-action']);
    expect(await answer.json()).toEqual({ pending: failure.toJSON() });
  });

  it('that may be over soon is 503 with a time to come back', () => {
    for (const code of ['WORKER_AWAY', 'WORKER_BUSY', 'TEMPORAL_UNREACHABLE', 'ARCHIVE_UNAVAILABLE'] as const) {
      const answer = answerFailure(new VideoIdError(code, 'Away.'));
      expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([503, true]);
    }
  });

  it('that came too soon is 429 with the time to come back', () => {
    const answer = answerFailure(new VideoIdError('CODE_COOL_DOWN', 'Too soon.', { facts: { secondsLeft: 17 } }));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '17']);
  });

  it('of another kind shows nothing of itself', async () => {
    const answer = answerFailure(new Error('canary-Ue7Rt5Yq1Wz3'));
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('canary');
  });
});
