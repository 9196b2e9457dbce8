import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiTokenFile, webhookTokenFile } from '../../local/local-config.js';
import { anyPort } from '../../local/ports.js';
import {
  archived,
  canary,
  contentOf,
  faultsThatMetNothing,
  findCanaries,
  inGroups,
  split,
  spellings,
  stores,
  Answers,
  writePdf,
} from '../installation/canaries.js';
import { AUTHORITIES, Installation, OFFICER } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { OwnServer } from '../installation/own-server.js';
import { People } from '../installation/people.js';

const TOKEN_OFFICER = 'officer-with-token';
const RAO = '1400';
const OPERATOR = { kind: 'operator', id: 'desk' } as const;

const secrets = {
  pin: canary('pin'),
  password: canary('pass'),
  token: canary('token'),
  billing: canary('bill'),
};
const expected = { documentNumber: canary('want'), name: canary('called') };
const signer = { email: `${canary('mail')}@example.com`, phone: `+34${randomInt(6e11, 7e11)}`, expected };
const person = canary('name');
/** The person in the provider's video, who differs from the expected one. */
const onVideo = { given_name: canary('given'), surname_1: canary('sur'), serial_number: canary('doc') };
const corrected = { given_name: canary('right'), serial_number: canary('other') };
const documentName = canary('file');
const documentText = canary('text');
const wrongCode = canary('code');
const note = canary('note');

/** Places of the archive that may contain people's data, but no secrets. */
const FOR_PERSONAL_DATA = /^(table personal|file (document|contract|signed|signed-contract) .*)$/;

const answers = new Answers();
let server: OwnServer;
let at: Installation;
let webhookToken: string;
let apiToken: string;

beforeAll(async () => {
  server = await OwnServer.start();
  at = await installation(server, true);
  webhookToken = readFileSync(webhookTokenFile(at.state, AUTHORITIES.manual), 'utf8');
  apiToken = readFileSync(apiTokenFile(at.state), 'utf8');
}, 120_000);
afterAll(async () => {
  await at.close();
  await server.close();
});

test('the search finds a canary in every spelling', () => {
  const value = `${person}+/?`;
  for (const [name, bytes] of spellings(value)) {
    const place = new Map([['there', Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')])]]);
    expect(findCanaries({ value }, place)).toContain(`value in there (${name})`);
  }
  for (const before of ['', 'a', 'ab']) {
    const place = new Map([['there', Buffer.from(Buffer.from(`${before}${value}after`).toString('base64'))]]);
    expect(findCanaries({ value }, place)).not.toEqual([]);
  }
});

test('nothing of a person, no code, no document and no secret is in the database, a log, an error or a status', async () => {
  const codes: string[] = [];
  const links: string[] = [];

  // A request that is signed. The provider repeats everything that it knows in its errors.
  const signed = await begin('signed');
  await everyCallFailsOnceWithTheWordsOf(signed, [documentName, ...Object.values(secrets)]);
  links.push((await at.client.link(signed.reference)).url);
  await signed.finishVideo(onVideo);
  await answers.noting('approve', signed.approve());
  await lookedAtAndCorrected(signed);
  await eventually(async () => {
    await answers.noting('approve another', signed.approve({ identity: 'accepted-although-different' }));
    return (await signed.status()).stage !== 'review';
  });
  await signed.until('acceptance');
  await eventually(() =>
    answers.noting(
      'code',
      signed.askForCode().then(() => true),
    ),
  );
  codes.push(await signed.code());
  await answers.noting('wrong code', at.client.sign(signed.reference, { secret: wrongCode }));
  await answers.noting('sign', signed.sign());
  await eventually(async () => {
    const status = await at.client.status(signed.reference);
    answers.add(`status in ${status.stage}`, JSON.stringify(status));
    if (status.stage === 'acceptance') {
      await answers.noting('another code', signed.askForCode());
      codes.push(await signed.code());
    }
    if (status.stage === 'code') await answers.noting('sign again', signed.sign());
    return status.stage === 'ended';
  });
  expect(await signed.outcome()).toMatchObject({ outcome: 'signed' });

  answers.add('why it is signed', JSON.stringify(await at.client.why(signed.reference)));

  // A request that an officer refuses, with a token and a PIN typed for this decision.
  const refused = await begin('refused');
  links.push((await at.client.link(refused.reference)).url);
  await refused.finishVideo();
  await refused.until('review');
  const decision = {
    decision: 'refuse',
    reason: 'video-unclear',
    note,
    textForSigner: note,
    evidenceSeen: 'console',
  } as const;
  const typed = { pin: secrets.pin, password: secrets.password };
  await answers.noting(
    'refuse',
    at.client.review(refused.reference, { ...decision, officer: TOKEN_OFFICER, credentials: typed }),
  );
  expect(await refused.outcome()).toMatchObject({ outcome: 'refused', note });

  // A request that the provider refuses and the requester gives up.
  await at.provider.addFault({
    name: 'answer-other',
    endpoint: 'create',
    times: 1,
    code: 400,
    text: wordsOfTheProvider([]),
  });
  const unwanted = await begin('unwanted');
  const stuck = await unwanted.untilStatus(({ attention }) => attention !== undefined);
  answers.add('status of an unwanted request', JSON.stringify(stuck));
  await eventually(async () => {
    await answers.call('metrics', at, '/metrics');
    return /^videoid_requests_attention 1$/m.test(String(answers.places.get('answer to metrics')));
  });
  await at.client.cancel(unwanted.reference, { actor: { kind: 'requester', id: 'test' }, reason: note });
  expect(await unwanted.outcome()).toMatchObject({ outcome: 'cancelled', note });

  await badCalls();
  await badCommands();
  await answers.call('metrics', at, '/metrics');
  const { host, metricsPort } = at.config.worker;
  const metrics = await (await fetch(`http://${host}:${metricsPort}/metrics`)).text();
  expect(metrics).toMatch(/^temporal_activity_execution_latency_seconds_count\{.*activity_type="sign"/m);
  answers.add('metrics of the worker', metrics);
  answers.add('list', JSON.stringify(await at.client.list({})));
  const ofPerson = await at.client.list({ email: signer.email, phone: signer.phone });
  expect(ofPerson.requests.length).toBeGreaterThan(0);
  answers.add('list of a person', JSON.stringify(ofPerson));

  expect(await faultsThatMetNothing(at)).toEqual([]);
  const personal = {
    'e-mail': signer.email.split('@')[0] ?? '',
    phone: signer.phone.slice(1),
    name: person,
    'expected number': expected.documentNumber,
    'expected name': expected.name,
    'given name on the video': onVideo.given_name,
    'surname on the video': onVideo.surname_1,
    'number on the video': onVideo.serial_number,
    'corrected name': corrected.given_name,
    'corrected number': corrected.serial_number,
    note,
    'document name': documentName,
    'document text': documentText,
    ...Object.fromEntries(links.map((link, index) => [`link ${index + 1}`, link.slice(link.lastIndexOf('/') + 1)])),
  };
  const secret = {
    'wrong code': wrongCode,
    webhookToken,
    apiToken,
    codecKey: readFileSync(at.state.codecKeyFile, 'utf8').trim(),
    ...secrets,
    ...Object.fromEntries(codes.map((code, index) => [`code ${index + 1}`, code])),
  };
  const canaries = { ...personal, ...secret };
  expect(Object.entries(canaries).filter(([name, value]) => name !== 'phone' && value.length < 24)).toEqual([]);
  const places = new Map([...contentOf(stores(server, at)), ...answers.places]);
  expect([...places.keys()]).toEqual(
    expect.arrayContaining([
      'database',
      'database-wal',
      'worker.log',
      'gateway.log',
      'codec-server.log',
      'status in ended',
    ]),
  );
  expect(findCanaries(canaries, places)).toEqual([]);

  expect(findCanaries(secret, archived(at))).toEqual([]);
  const [inPlace, elsewhere] = split(archived(at), FOR_PERSONAL_DATA);
  expect([...elsewhere.keys()]).toEqual(expect.arrayContaining(['keys', 'table requests', 'table provider_ids']));
  const misplaced = findCanaries(personal, elsewhere);
  expect(misplaced.filter((each) => !each.startsWith('note in file evidence '))).toEqual([]);
  // The search finds there what belongs there.
  const found = findCanaries(personal, inPlace);
  for (const name of ['e-mail', 'expected number', 'note', 'document name', 'document text', 'link 1']) {
    expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${name} in `)));
  }
}, 180_000);

/** Everything else never passes through Temporal, encrypted or not. Codes and PINs are sealed. The rest stays in the archive. */
test('without encryption the same search finds in the database what an officer wrote about a refusal', async () => {
  const ownServer = await OwnServer.start();
  const open = await installation(ownServer, false);
  try {
    const people = await People.start(open, { signer });
    await people.finishVideo(onVideo);
    await people.until('review');
    const view = await open.client.identity(people.reference);
    expect(view.fields).toContainEqual(expect.objectContaining({ name: 'given_name', shown: onVideo.given_name }));
    const correction = { fields: { given_name: corrected.given_name }, reason: 'misread', actor: OPERATOR };
    await open.client.correct(people.reference, correction);
    await open.client.review(people.reference, {
      decision: 'refuse',
      reason: 'video-unclear',
      note,
      evidenceSeen: 'console',
      officer: TOKEN_OFFICER,
      credentials: { pin: secrets.pin, password: secrets.password },
    });
    await people.outcome();
    const identity = { ...expected, ...onVideo, 'corrected name': corrected.given_name };
    const found = findCanaries(
      { note, ...secrets, ...identity, 'e-mail': signer.email },
      contentOf(stores(ownServer, open)),
    );
    expect(found).toEqual(expect.arrayContaining([expect.stringMatching(/^note in database.* \(plain\)$/)]));
    expect(found.filter((each) => !each.startsWith('note in database'))).toEqual([]);
  } finally {
    await open.close();
    await ownServer.close();
  }
}, 120_000);

async function installation(temporal: OwnServer, encryptPayloads: boolean): Promise<Installation> {
  const metricsPort = await anyPort();
  const made = await Installation.start({
    temporalAddress: temporal.address,
    settings: (settings) => {
      settings['worker'] = { ...(settings['worker'] as object), metricsPort };
      const keys = settings['keys'] as Record<string, unknown>;
      keys['encryptPayloads'] = encryptPayloads;
      const authorities = settings['registrationAuthorities'] as Record<string, Record<string, object>>;
      for (const authority of Object.values(authorities)) {
        authority['billing'] = { username: 'env:CANARY_BILLING', password: 'env:CANARY_BILLING' };
        authority['officers'] = {
          [OFFICER]: { rao: RAO, username: 'env:CANARY_PIN', password: 'env:CANARY_PASSWORD', pin: 'env:CANARY_PIN' },
          [TOKEN_OFFICER]: { rao: RAO, token: 'env:CANARY_TOKEN' },
        };
      }
    },
    environment: {
      CANARY_PIN: secrets.pin,
      CANARY_PASSWORD: secrets.password,
      CANARY_TOKEN: secrets.token,
      CANARY_BILLING: secrets.billing,
    },
    sandbox: { codeLength: 32, codeAlphabet: 'letters-and-digits', codeTries: 0 },
  });
  await made.provider.settings({
    raos: { [RAO]: { username: secrets.pin, password: secrets.password, pin: secrets.pin } },
    tokens: { [secrets.token]: { username: secrets.pin, password: null, pin: null, env: 'sandbox' } },
    billing: { [secrets.billing]: secrets.billing },
  });
  await made.startCodecServer();
  return made;
}

async function begin(name: string): Promise<People> {
  const file = join(at.state.directory, `${name}.pdf`);
  await writePdf(file, documentText);
  return People.start(at, { signer, documents: [{ name: `${documentName}.pdf`, content: file }] });
}

/** A provider that repeats what it was sent, in usual spellings. */
function wordsOfTheProvider(more: string[]): string {
  const { email, phone } = signer;
  const detail = `Customer ${person} <${email}>, tel. ${phone}, ${inGroups(phone)}, ${encodeURIComponent(email)}: ${more.join(' ')}`;
  return JSON.stringify({ status: 'error', detail });
}

async function everyCallFailsOnceWithTheWordsOf(people: People, more: string[]): Promise<void> {
  await people.requestPk();
  const text = wordsOfTheProvider(more);
  for (const endpoint of [
    'get-request',
    'approve',
    'upload',
    'get-contract',
    'otp',
    'sign',
    'get-document',
    'delete-document',
  ])
    await people.fault({ name: 'answer-500', endpoint, times: 1, text });
}

/** An officer sees the data and corrects it. A provider that repeats what it was sent refuses it first. */
async function lookedAtAndCorrected(people: People): Promise<void> {
  await answers.command('identity', at, ['identity', people.reference, '--json']);
  const seen = String(answers.places.get('output of identity'));
  for (const value of [...Object.values(onVideo), expected.name]) expect(seen).toContain(value);
  answers.places.delete('output of identity'); // this is the answer that was asked for
  const text = wordsOfTheProvider([...Object.values(onVideo), ...Object.values(corrected)]);
  await people.fault({ name: 'answer-other', endpoint: 'update-request', times: 1, code: 400, text });
  const correction = { fields: corrected, reason: 'misread', actor: OPERATOR };
  await answers.noting('correct', at.client.correct(people.reference, correction));
  expect([...answers.places.keys()]).toContain('error of correct');
  await at.client.correct(people.reference, correction);
  expect((await people.provider()).person).toMatchObject({ ...onVideo, ...corrected });
}

async function badCalls(): Promise<void> {
  const authorization = `Bearer ${apiToken}`;
  const good = { reference: 'bad-call', registrationAuthority: AUTHORITIES.manual, signer };
  const calls: [what: string, path: string, init: RequestInit][] = [
    [
      'a bad e-mail',
      '/v1/requests',
      startCall({ ...good, signer: { ...signer, email: person } }, documentText, 'a.pdf'),
    ],
    [
      'a bad phone',
      '/v1/requests',
      startCall({ ...good, signer: { ...signer, phone: person } }, documentText, 'a.pdf'),
    ],
    [
      'a bad document number',
      '/v1/requests',
      startCall({ ...good, signer: { ...signer, expected: { documentNumber: `${person}_` } } }, documentText, 'a.pdf'),
    ],
    ['no PDF', '/v1/requests', startCall(good, documentText, `${documentName}.pdf`)],
    ['an unknown field', '/v1/requests', startCall({ ...good, unknown: person }, documentText, 'a.pdf')],
    ['an unknown request', `/v1/requests/${person}`, {}],
    ['a bad code', '/v1/requests/unknown/sign', { method: 'POST', body: JSON.stringify({ secret: [wrongCode] }) }],
    ['no JSON', '/v1/requests/unknown/sign', { method: 'POST', body: `{"secret":"${wrongCode}` }],
  ];
  for (const [what, path, init] of calls) {
    const { status } = await answers.call(what, at, path, { ...init, headers: { authorization } });
    expect({ what, refused: status >= 400 && status < 500 }).toEqual({ what, refused: true });
  }
  const strangers: [path: string, init: RequestInit][] = [
    ['/v1/requests', { headers: { authorization: `Bearer ${person}` } }],
    [`/webhooks/uanataca/${person}`, { method: 'POST', body: JSON.stringify(signer) }],
    [`/webhooks/uanataca/${webhookToken}`, { method: 'POST', body: JSON.stringify(signer) }],
    [`/webhooks/uanataca/${webhookToken}`, { method: 'POST', body: `{"email":"${signer.email}` }],
  ];
  for (const [index, [path, init]] of strangers.entries()) await answers.call(`stranger ${index}`, at, path, init);
}

function startCall(input: object, file: string, name: string): RequestInit {
  const form = new FormData();
  form.append('request', new Blob([JSON.stringify(input)], { type: 'application/json' }));
  form.append('document', new Blob([file]), name);
  return { method: 'POST', body: form };
}

async function badCommands(): Promise<void> {
  const noPdf = join(at.state.directory, 'no.pdf');
  writeFileSync(noPdf, documentText);
  const commands = [
    ['sign', noPdf, '--email', signer.email, '--phone', signer.phone, '--registration-authority', AUTHORITIES.manual],
    ['sign', noPdf, '--email', person, '--phone', signer.phone, '--json'],
    ['confirm', 'unknown', wrongCode],
    ['show', person, '--json'],
  ];
  for (const [index, command] of commands.entries()) {
    const { failed } = await answers.command(`command ${index}`, at, command);
    expect({ index, failed }).toEqual({ index, failed: true });
  }
}
