import { conclude } from '../../src/probe/findings.js';
import type { Exchange, Finding, ProbeFile, Shape } from '../../src/probe/file.js';
import { reportOf } from '../../src/probe/report/report.js';
import { Seen } from '../../src/probe/seen.js';
import { SIGNATURE_CONCLUSIONS } from '../../src/probe/signature/conclusions.js';
import { probeFile } from './probe-file.js';

/** A call as it was sent, and that the provider carried it out or refused it. */
function sent(occasion: string, done: boolean, call: Partial<Exchange>): Exchange {
  return {
    number: 1,
    step: occasion.startsWith('upload') ? 'documents' : 'other',
    occasion,
    at: 0,
    method: 'POST',
    path: '/call',
    answer: { status: done ? 200 : 422, headers: [], form: 'json', whole: true, after: 1 },
    outcome: done ? { result: 'done' } : { code: 'PROVIDER_REFUSED', kind: 'refused' },
    ...call,
  };
}

function found(name: string, assumed: ProbeFile['assumed'], ...exchanges: Exchange[]): Partial<Finding> | undefined {
  return conclude(SIGNATURE_CONCLUSIONS, [name], new Seen(probeFile([], { assumed, exchanges })))[0];
}

const withFields = (fields: Record<string, Shape>): Partial<Exchange> => ({ body: { type: 'object', fields } });
const NUMBER: Shape = { type: 'number', digits: 4 };
const TEXT: Shape = { type: 'string', length: 4 };

describe('with other settings than the defaults', () => {
  test.each<[string, ProbeFile['assumed'], string, Partial<Exchange>, string | boolean]>([
    ['raoAsString', { raoAsString: false }, 'approve', withFields({ rao: NUMBER }), false],
    ['refuseRaoField', { refuseRaoField: 'rao_id' }, 'refuse', withFields({ rao_id: TEXT }), 'rao_id'],
    ['uploadPartName', { uploadPartName: 'document' }, 'upload', { parts: ['document'] }, 'document'],
    ['otpDeliveryMethod', { otpDeliveryMethod: 'sms' }, 'code', {}, 'sms'],
    ['slashAfterSignAndContract', { slashAfterSignAndContract: true }, 'contract', { path: '/contract/{…}/' }, true],
    ['envInCreate', { envInCreate: false }, 'create', {}, false],
  ])('%s is confirmed for the side that was sent', (name, assumed, occasion, call, setting) => {
    expect(found(name, assumed, sent(occasion, true, call))).toMatchObject({ verdict: 'confirmed', setting });
  });

  test.each<[string, ProbeFile['assumed'], [string, Partial<Exchange>], [string, Partial<Exchange>], string | boolean]>(
    [
      [
        'raoAsString',
        { raoAsString: false },
        ['approve', withFields({ rao: NUMBER })],
        ['approve-rao-number', withFields({ rao: TEXT })],
        true,
      ],
      ['envInCreate', { envInCreate: false }, ['create', {}], ['create-without-env', {}], true],
      [
        'billingPasswordEncoding',
        { billingPasswordEncoding: 'base64' },
        ['create', {}],
        ['create-base64', withFields({ billing_password: TEXT })],
        'plain',
      ],
      ['otpDeliveryMethod', { otpDeliveryMethod: 'sms' }, ['code', {}], ['code-sms', {}], 'omitted'],
    ],
  )('%s names the other side if only that is carried out', (name, assumed, first, other, setting) => {
    const exchanges = [sent(first[0], false, first[1]), sent(other[0], true, other[1])];
    expect(found(name, assumed, ...exchanges)).toMatchObject({ verdict: 'confirmed', setting });
  });

  test('a 404 without words is that of a request that does not exist, also if the settings say so', () => {
    const answer: Exchange['answer'] = { status: 404, headers: [], form: 'empty', whole: true, after: 1 };
    const read = sent('read-unknown', false, { method: 'GET', answer, outcome: { code: 'PROVIDER_NOT_FOUND' } });
    expect(found('bareNotFound', { bareNotFound: 'not-there' }, read, sent('create', true, {}))).toMatchObject({
      verdict: 'contradicted',
      setting: 'not-there',
    });
  });
});

test('the settings that follow are those that differ from what was seen, whatever the default is', () => {
  const file = probeFile(
    [
      { assumption: 'signedFilePath', verdict: 'confirmed', setting: 'query' },
      { assumption: 'raoAsString', verdict: 'contradicted', setting: false },
      { assumption: 'cancelByDelete', verdict: 'contradicted', setting: true },
    ],
    { assumed: { signedFilePath: 'path', raoAsString: false } },
  );
  const { settings } = reportOf(file, '/probe.json', { environment: 'test', words: {} });
  expect(settings).toEqual({
    environments: { test: { assumptions: { signedFilePath: 'query', cancelByDelete: true }, probe: '/probe.json' } },
  });
});
