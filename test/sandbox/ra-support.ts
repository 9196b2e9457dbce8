import { readFileSync } from 'node:fs';
import { Agent, FormData, request } from 'undici';
import type { EnrolmentView, OperatorAct, PersonOrder, VideoResult } from '../../sandbox/client/sandbox-client.js';
import type { SandboxOptions } from '../../sandbox/sandbox.js';
import { Stand, type Answer } from './support.js';

/** The credentials of an RAO in the body of a call. The key of the id differs here. */
export const RA_RAO = { username: '1125824', password: 'rao-password-1400', pin: 'rao-pin-1400', rao_id: '1400' };
export const ORGANISATION = 'PFnubeQAFEmpresa';
export const PERSON_FIELDS = ['given_name', 'surname_1', 'surname_2', 'serial_number', 'birth_date'];
/** What the profile needs and the video does not give (§9). */
export const ORGANISATION_FIELDS = {
  organization_country: 'ES',
  organization_email: 'office@made-up.example',
  organization_name: 'Made Up SL',
  organization_tax_number: 'B12345678',
  responsible_first_surname: 'JEFA',
  responsible_name: 'ANA',
  responsible_serial: '12345678Z',
  title: 'Director',
};

export interface RaAnswer extends Answer {
  headers: Record<string, unknown>;
  /** The body as it came. */
  text: string;
}

export interface Card {
  pk: number;
  sn: string;
  secrets: string;
  registration_authority: number;
}

/** A sandbox with its Registration Authority API. The caller is an API user over mutual TLS. */
export class RaStand {
  private constructor(
    readonly stand: Stand,
    readonly api: string,
    private readonly agent: Agent,
  ) {}

  static async start(options: Partial<SandboxOptions> = {}): Promise<RaStand> {
    const stand = await Stand.start({
      raPort: 0,
      settings: { behaviour: { algorithm: 'ecdsa', ra: { scratchcards: 300 } } },
      ...options,
    });
    const { ra } = stand.sandbox;
    if (ra === undefined) throw new Error('no RA listener');
    const agent = new Agent({
      connect: { ca: pem(ra.files.ca), cert: pem(ra.files.certificate), key: pem(ra.files.key) },
    });
    return new RaStand(stand, ra.api, agent);
  }

  async close(): Promise<void> {
    await this.agent.destroy();
    await this.stand.close();
  }

  async call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: Record<string, unknown> | string | FormData,
    contentType = 'application/json',
  ): Promise<RaAnswer> {
    const isJson = body !== undefined && !(body instanceof FormData);
    const response = await request(this.api + path, {
      method,
      dispatcher: this.agent,
      ...(isJson ? { headers: { 'content-type': contentType } } : {}),
      ...(body === undefined ? {} : { body: isJson && typeof body !== 'string' ? JSON.stringify(body) : body }),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, body: json(text) };
  }

  async setting(ra: Record<string, unknown>, shared: Record<string, unknown> = {}): Promise<void> {
    await this.stand.setting({ ...shared, ra });
  }

  async card(registrationAuthority = '139'): Promise<Card> {
    const answer = await this.call('GET', '/scratchcards/get_first_unused/', { ra: registrationAuthority });
    if (answer.status !== 200) throw new Error(`no card: ${answer.text}`);
    return JSON.parse(answer.text) as Card;
  }

  /** The body of create, with a new card. */
  async order(more: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const given = more['registration_authority'];
    const authority = typeof given === 'string' ? given : '139';
    return {
      profile: 'PFnubeAFCiudadano',
      scratchcard: (await this.card(authority)).sn,
      secure_element: '2',
      registration_authority: authority,
      email: 'signer@made-up.example',
      mobile_phone_number: '+34600112233',
      videoid_mode: 1,
      ...more,
    };
  }

  async create(more: Record<string, unknown> = {}): Promise<number> {
    const { status, body, text } = await this.call('POST', '/requests/', await this.order(more));
    if (status !== 201) throw new Error(`create: ${status} ${text}`);
    return Number(body['pk']);
  }

  async video(pk: number, result: VideoResult = 'finished', person?: PersonOrder): Promise<void> {
    await this.stand.control.video(pk, result, person);
  }

  async operator(pk: number, act: OperatorAct, reason?: string): Promise<void> {
    await this.stand.control.operator(pk, act, reason);
  }

  /** An organisation's request in CREATED, after validation. */
  async createdOrganisation(more: Record<string, unknown> = {}): Promise<number> {
    const pk = await this.create({ profile: ORGANISATION, ...more });
    await this.video(pk);
    await this.operator(pk, 'validate');
    return pk;
  }

  /** The body of an update that changes nothing. Tests add fields to it. */
  async update(pk: number, fields: Record<string, unknown>): Promise<RaAnswer> {
    const { body } = await this.call('GET', `/requests/${pk}/`);
    return this.call('PUT', `/requests/${pk}/`, {
      scratchcard: body['scratchcard'],
      email: body['email'],
      registration_authority: String(body['registration_authority']),
      profile: body['profile'],
      country_name: 'ES',
      ...fields,
    });
  }

  async upload(
    pk: number,
    call: 'upload_videoid_evidence' | 'pl_upload_document',
    fields: Record<string, string>,
    file: { type?: string; bytes?: string } = {},
    method: 'POST' | 'PUT' = 'POST',
  ): Promise<RaAnswer> {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set(
      'document',
      new Blob([file.bytes ?? '%PDF-1.4 deed'], { type: file.type ?? 'application/pdf' }),
      'deed.pdf',
    );
    return this.call(method, `/requests/${pk}/${call}/`, form);
  }

  /** An organisation's request with everything it needs to be approved. */
  async complete(more: Record<string, unknown> = {}): Promise<number> {
    const pk = await this.createdOrganisation(more);
    await this.update(pk, ORGANISATION_FIELDS);
    await this.upload(pk, 'upload_videoid_evidence', { label: 'deed' });
    return pk;
  }

  async read(pk: number): Promise<Record<string, unknown>> {
    return (await this.call('GET', `/requests/${pk}/`)).body;
  }

  inside(pk: number): Promise<EnrolmentView> {
    return this.stand.control.enrolment(pk);
  }
}

function pem(file: string): string {
  return readFileSync(file, 'utf8');
}

function json(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {}; // HTML of a proxy, or nothing. Tests look at `text`
  }
}
