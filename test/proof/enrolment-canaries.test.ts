import { createPrivateKey, randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apiTokenFile } from '../../local/local-config.js';
import type { EnrolmentInput } from '../../src/client.js';
import {
  archived,
  canary,
  contentOf,
  faultsThatMetNothing,
  findCanaries,
  inGroups,
  split,
  stores,
  Answers,
  writePdf,
} from '../installation/canaries.js';
import { EnrolledPeople, ORGANISATION, ORGANISATION_FIELDS } from '../installation/enrolled-people.js';
import { AUTHORITIES, Installation, OFFICER } from '../installation/installation.js';
import { OwnServer } from '../installation/own-server.js';

const OF = { flow: 'enrolment' } as const;
const OPERATOR = { actor: { kind: 'operator', id: 'desk' } } as const;
const RAO = '1400';

/** The secrets of every scratchcard. */
const card = { erc: canary('erc'), enrollment_code: canary('enrol'), pin: canary('pin'), puk: canary('puk') };
const officer = { username: canary('user'), password: canary('pass'), pin: canary('raopin') };
const passphrase = canary('phrase');
const note = canary('note');
const signer = { email: `${canary('mail')}@example.com`, phone: `+34${randomInt(6e11, 7e11)}` };
/** The data from the video. */
const person = { given_name: canary('given'), surname_1: canary('surname'), serial_number: canary('serial') };
const organisation = {
  ...ORGANISATION_FIELDS,
  organization_name: canary('company'),
  organization_email: `${canary('office')}@example.com`,
  organization_tax_number: canary('tax'),
  responsible_name: canary('responsible'),
  responsible_serial: canary('id'),
};
const documentName = canary('file');
const documentText = canary('text');

/** Only holders of the private seal key may read these, also in the archive. */
const SECRETS = {
  ...card,
  'officer’s password': officer.password,
  'officer’s PIN': officer.pin,
  'username of the officer': officer.username,
  passphrase,
};
const PERSONAL = {
  'e-mail': emailName(signer.email),
  phone: signer.phone.slice(1),
  ...person,
  organisation: organisation.organization_name,
  'e-mail of the organisation': emailName(organisation.organization_email),
  'tax number': organisation.organization_tax_number,
  'name of the responsible': organisation.responsible_name,
  'id of the responsible': organisation.responsible_serial,
  'document name': documentName,
  'document text': documentText,
};

/** Places of the archive that may contain people's data, but no secrets. */
const FOR_PERSONAL_DATA = /^(table personal|file (document|supplied|contract|declaration) .*)$/;

test('no secret of a certificate or an officer and nothing of a person is in the database, a log, an error, an answer or in the wrong place of the archive', async () => {
  const server = await OwnServer.start();
  const at = await installation(server, true);
  const answers = new Answers();
  try {
    const completed = await organisationIsCompleted(at, answers);
    await completed.until('review');
    await answers.noting('a wrong PIN', approve(at, completed, { ...officer, pin: canary('wrong') }));
    await answers.noting('approve', approve(at, completed, officer));
    expect(await completed.outcome()).toMatchObject({ outcome: 'enrolled' });
    const { enrollment_code: enrollmentCode, ...others } = card;
    const ours = { ...others, enrollmentCode };
    expect(await at.client.secrets(completed.reference, OPERATOR)).toEqual({ scratchcard: ours, approval: ours });

    const link = await personPicksUp(at);
    await isDeclined(at);
    await statuses(at, answers, completed);
    await badCalls(at, answers, completed.reference);
    expect(await faultsThatMetNothing(at)).toEqual([]);

    const secrets = { ...SECRETS, 'pre-authorised link': link.slice(link.lastIndexOf('/') + 1) };
    const all = { ...secrets, ...PERSONAL, note, apiToken: readFileSync(apiTokenFile(at.state), 'utf8') };
    expect(Object.entries(all).filter(([name, value]) => name !== 'phone' && value.length < 24)).toEqual([]);
    const places = new Map([...contentOf(stores(server, at)), ...answers.places]);
    const searched = ['database', 'database-wal', 'worker.log', 'gateway.log', 'answer to metrics', 'output of show'];
    expect([...places.keys()]).toEqual(expect.arrayContaining(searched));
    expect(findCanaries(all, places)).toEqual([]);

    const archive = archived(at);
    expect(findCanaries(secrets, archive)).toEqual([]);
    const [inPlace, elsewhere] = split(archive, FOR_PERSONAL_DATA);
    expect([...elsewhere.keys()]).toEqual(expect.arrayContaining(['keys', 'table requests', 'table provider_ids']));
    expect(findCanaries(PERSONAL, elsewhere)).toEqual([]);
    expect(findCanaries({ note }, elsewhere).filter((each) => !each.startsWith('note in file evidence '))).toEqual([]);
    // The identity document's number stays with the provider.
    const kept = Object.keys(PERSONAL).filter((name) => name !== 'serial_number');
    const found = findCanaries(PERSONAL, inPlace);
    expect(kept.filter((name) => !found.some((each) => each.startsWith(`${name} in `)))).toEqual([]);
  } finally {
    await at.close();
    await server.close();
  }
}, 240_000);

test('without encryption the same search finds in the database what an officer wrote about declining, and nothing else', async () => {
  const server = await OwnServer.start();
  const at = await installation(server, false);
  try {
    const link = await personPicksUp(at);
    await isDeclined(at);
    const all = { ...SECRETS, ...PERSONAL, link: link.slice(link.lastIndexOf('/') + 1), note };
    const found = findCanaries(all, contentOf(stores(server, at)));
    expect(found).toContainEqual(expect.stringMatching(/^note in database.* \(plain\)$/));
    expect(found.filter((each) => !each.startsWith('note in database'))).toEqual([]);
  } finally {
    await at.close();
    await server.close();
  }
}, 180_000);

/** An officer types password and PIN for the decision. The key of the client certificate has a passphrase. */
async function installation(server: OwnServer, encryptPayloads: boolean): Promise<Installation> {
  const at = await Installation.start({
    temporalAddress: server.address,
    settings: (settings) => {
      settings['keys'] = { ...(settings['keys'] as object), encryptPayloads };
      for (const environment of Object.values(settings['environments'] as Record<string, ApiSettings>)) {
        const { registrationAuthorityApi: api } = environment;
        Object.assign(api, { key: `${api.key}.encrypted`, passphrase: 'env:CANARY_PASSPHRASE' });
      }
      for (const authority of Object.values(settings['registrationAuthorities'] as Record<string, object>)) {
        Object.assign(authority, {
          officers: { [OFFICER]: { rao: RAO, username: 'env:CANARY_USERNAME' } },
          enrolment: { secrets: 'seal', preauthLink: true },
        });
      }
    },
    environment: { CANARY_PASSPHRASE: passphrase, CANARY_USERNAME: officer.username },
    sandbox: { ra: { scratchcards: 0 } },
  });
  encryptClientKey(at);
  await at.provider.settings({ raos: { [RAO]: officer } });
  await at.provider.addScratchcards(AUTHORITIES.manual, 10, card);
  await at.startCodecServer();
  return at;
}

interface ApiSettings {
  registrationAuthorityApi: { key: string };
}

/** The sandbox made it without encryption. The worker reads it for its first connection. */
function encryptClientKey({ config, state }: Installation): void {
  const clear = readFileSync(join(state.sandboxDirectory, 'ra-tls', 'api-user-key.pem'));
  const encrypted = createPrivateKey(clear).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase });
  for (const { registrationAuthorityApi } of Object.values(config.environments)) {
    writeFileSync(registrationAuthorityApi?.key.slice('file:'.length) ?? '', encrypted);
  }
}

async function begin(at: Installation, more: Partial<EnrolmentInput> = {}): Promise<EnrolledPeople> {
  return EnrolledPeople.start(at, { signer, ...more });
}

async function deed({ state }: Installation): Promise<{ name: string; content: string }> {
  const content = join(state.directory, 'deed.pdf');
  await writePdf(content, documentText);
  return { name: `${documentName}.pdf`, content };
}

/** Makes every call up to the decision. Each fails once, with everything that the provider knows in its words. */
async function organisationIsCompleted(at: Installation, answers: Answers): Promise<EnrolledPeople> {
  const text = JSON.stringify({ code: '500', id: '80a9e5709417bdc9', error: wordsOfTheProvider() });
  const fail = (endpoint: string) => at.provider.addFault({ name: 'answer-500', endpoint, times: 1, text });
  for (const endpoint of ['ra-first-scratchcard', 'ra-create']) await fail(endpoint);
  const people = await begin(at, { profile: ORGANISATION });
  await people.requestPk();
  for (const endpoint of ENDPOINTS) await fail(endpoint);
  await identified(at, people);
  const status = await people.untilStatus(({ missing }) => missing !== undefined);
  answers.add('status while data is missing', JSON.stringify(status));
  const wrong = { ...OPERATOR, fields: { given_name: person.given_name } };
  await answers.noting('a field of the video', at.client.provide(people.reference, wrong));
  const provision = { ...OPERATOR, fields: organisation, documents: [await deed(at)] };
  await answers.noting('provide', at.client.provide(people.reference, provision));
  return people;
}

const ENDPOINTS = [
  'ra-get-request',
  'ra-update-request',
  'ra-upload-evidence',
  'ra-get-documents',
  'ra-validate',
  'ra-declaration',
  'ra-get-document',
  'ra-approve',
  'ra-preauthlink',
  'ra-cancel',
];

/** A provider that repeats what it knows, in usual spellings. */
function wordsOfTheProvider(): string {
  const { email, phone } = signer;
  const known = [...Object.values(SECRETS), ...Object.values(person), ...Object.values(organisation), documentName];
  const secrets = JSON.stringify({ secrets: JSON.stringify(card) });
  return `Customer <${email}>, tel. ${phone}, ${inGroups(phone)}, ${encodeURIComponent(email)}: ${known.join(' ')} ${secrets}`;
}

async function identified(at: Installation, people: EnrolledPeople): Promise<void> {
  await at.provider.video(await people.requestPk(), 'finished', person);
  await people.until('validation');
  await people.operator('validate');
}

async function approve(at: Installation, { reference }: EnrolledPeople, typed: typeof officer): Promise<unknown> {
  const { password, pin } = typed;
  const decision = { decision: 'approve', officer: OFFICER, evidenceSeen: 'console' } as const;
  return at.client.review(reference, { ...decision, credentials: { password, pin } }, OF);
}

/** Ends issued. Returns the link that was asked for. */
async function personPicksUp(at: Installation): Promise<string> {
  const people = await begin(at, { untilIssued: true });
  await identified(at, people);
  await people.until('issuing');
  const { url } = await at.client.preauthLink(people.reference, { ...OPERATOR, reason: 'no e-mail' });
  if (url === undefined) throw new Error('the link cannot be opened here');
  await people.pickUp();
  await people.outcome();
  return url;
}

async function isDeclined(at: Installation): Promise<void> {
  const people = await begin(at, { profile: ORGANISATION, fields: organisation, documents: [await deed(at)] });
  await identified(at, people);
  await people.until('review');
  const { password, pin } = officer;
  const decision = { decision: 'refuse', officer: OFFICER, evidenceSeen: 'console', reason: 'deed-too-old' } as const;
  await at.client.review(people.reference, { ...decision, note, credentials: { password, pin } }, OF);
  expect(await people.outcome()).toMatchObject({ outcome: 'refused', note });
}

async function statuses(at: Installation, answers: Answers, people: EnrolledPeople): Promise<void> {
  answers.add('status', JSON.stringify(await people.status()));
  answers.add('outcome', JSON.stringify(await people.outcome()));
  answers.add('list', JSON.stringify(await at.client.list({})));
  await answers.command('show', at, ['show', people.reference, '--json']);
  await answers.command('why', at, ['why', people.reference, '--json']);
  await answers.call('metrics', at, '/metrics');
}

async function badCalls(at: Installation, answers: Answers, reference: string): Promise<void> {
  const post = async (what: string, path: string, body: object) => {
    const headers = {
      authorization: `Bearer ${readFileSync(apiTokenFile(at.state), 'utf8')}`,
      'content-type': 'application/json',
    };
    const { status } = await answers.call(what, at, path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect({ what, refused: status >= 400 && status < 500 }).toEqual({ what, refused: true });
  };
  const start = { registrationAuthority: AUTHORITIES.manual, profile: ORGANISATION, signer };
  await post('a field of nobody', '/v1/enrolments', { ...start, fields: { [person.given_name]: 'x' } });
  await post('a bad e-mail of the organisation', '/v1/enrolments', {
    ...start,
    fields: { organization_email: organisation.organization_name },
  });
  await post('a field of the video', '/v1/enrolments', { ...start, fields: person });
  await post('data too late', `/v1/enrolments/${reference}/provide`, { fields: organisation });
  const field = ['--field', `organization_name=${organisation.organization_name}`];
  const commands = [
    ['provide', reference, ...field],
    ['enrol', '--email', person.given_name, '--phone', signer.phone, ...field],
    ['enrol', '--email', signer.email, '--phone', person.serial_number, '--document', documentName],
  ];
  for (const [index, command] of commands.entries()) {
    const { failed } = await answers.command(`command ${index}`, at, command);
    expect({ index, failed }).toEqual({ index, failed: true });
  }
}

function emailName(email: string): string {
  return email.slice(0, email.indexOf('@'));
}
