import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PDFDocument } from '@cantoo/pdf-lib';
import { layAuthority } from '../keys.js';
import {
  type FaultOrder,
  SandboxClient,
  type SignatureView,
  type VideoResult,
} from '../../sandbox/client/sandbox-client.js';
import { startSandbox, type RunningSandbox, type SandboxOptions } from '../../sandbox/sandbox.js';

export const RAO = { username: '1125824', password: 'rao-password-1400', pin: 'rao-pin-1400', rao: '1400' };
export const FULL_TOKEN = '3bf8d8eb-d96c-41ea-83ad-d78a7016c7da';
export const TOKEN_WITHOUT_PIN = '14185cd9-c6ec-30f4-9f59-a844a77bc234';
export const ORDER = {
  mobile_phone_number: '+34600112233',
  email: 'signer@made-up.example',
  registration_authority: '139',
  profile: 'PFnubeQAFCiudadano',
  billing_username: 'sandbox-billing',
  billing_password: Buffer.from('sandbox-billing-password').toString('base64'),
  env: 'sandbox',
};

/** An answer with its JSON body, whatever shape it has. */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export interface CreatedRequest {
  pk: number;
  videoidPk: number;
  link: string;
}

/** A running sandbox, with the few calls that tests make over HTTP. */
export class Stand {
  readonly control: SandboxClient;

  private constructor(
    readonly sandbox: RunningSandbox,
    private readonly folder: string,
  ) {
    this.control = new SandboxClient(sandbox.url);
  }

  static async start(options: Partial<SandboxOptions> = {}): Promise<Stand> {
    const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
    await layAuthority(join(folder, 'state'));
    return new Stand(await startSandbox({ state: join(folder, 'state'), ...options }), folder);
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async api(method: string, path: string, body?: unknown): Promise<Answer> {
    return call(method, this.sandbox.api + path, body);
  }

  async setting(behaviour: Record<string, unknown>): Promise<void> {
    await this.control.settings({ behaviour });
  }

  async faults(...orders: FaultOrder[]): Promise<void> {
    await this.control.setFaults(orders);
  }

  async create(more: Record<string, unknown> = {}): Promise<CreatedRequest> {
    const { status, body } = await this.api('POST', '/videoid', { ...ORDER, ...more });
    if (status !== 200) throw new Error(`create: ${status} ${JSON.stringify(body)}`);
    const detail = body['detail'] as { videoid_pk: number; videoid_link: string; request_pk: number };
    return { pk: detail.request_pk, videoidPk: detail.videoid_pk, link: detail.videoid_link };
  }

  async video(pk: number, result: VideoResult = 'finished'): Promise<void> {
    await this.control.video(pk, result);
  }

  /** A request that is approved and ready for documents. */
  async createReady(more: Record<string, unknown> = {}): Promise<CreatedRequest> {
    const request = await this.create(more);
    await this.video(request.pk);
    await this.control.console(request.pk, 'approve');
    return request;
  }

  async upload(pk: number, ...files: (Uint8Array | string)[]): Promise<Answer> {
    const form = new FormData();
    files.forEach((file, index) =>
      form.set(
        index === 0 ? 'file' : `file${index + 1}`,
        new Blob([typeof file === 'string' ? file : new Uint8Array(file)]),
        `document-${index}.pdf`,
      ),
    );
    return parsed(await fetch(`${this.sandbox.api}/document/${pk}`, { method: 'POST', body: form }));
  }

  async uploadOne(pk: number, file: Uint8Array): Promise<string> {
    const { body } = await this.upload(pk, file);
    return (body['detail'] as { uid: string }).uid;
  }

  /** Asks for a code and reads it on the signer's phone. */
  async code(pk: number): Promise<string> {
    await this.api('POST', `/otp/${pk}`);
    return (await this.control.phone(pk)).messages[0]?.code ?? '';
  }

  async sign(pk: number): Promise<Answer> {
    return this.api('POST', `/sign/${pk}`, { secret: await this.code(pk) });
  }

  async file(path: string): Promise<Buffer> {
    const response = await fetch(this.sandbox.api + path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  }

  async status(pk: number): Promise<unknown> {
    const { body } = await this.api('GET', `/request/${pk}`);
    return (body['detail'] as { status?: string } | undefined)?.status;
  }

  /** What the provider knows about a request, even if its API does not show it. */
  inside(pk: number): Promise<SignatureView> {
    return this.control.request(pk);
  }

  async done(pk: number): Promise<unknown> {
    return (await this.inside(pk)).done;
  }
}

async function call(method: string, url: string, body?: unknown): Promise<Answer> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = typeof body === 'string' ? body : JSON.stringify(body);
  }
  return parsed(await fetch(url, init));
}

async function parsed(response: Response): Promise<Answer> {
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A PDF with one page. With `objectStreams`, its cross-reference is a stream. */
export async function pdf(
  text: string,
  options: { objectStreams?: boolean; extra?: Uint8Array } = {},
): Promise<Buffer> {
  const document = await PDFDocument.create();
  document.addPage().drawText(text);
  if (options.extra !== undefined) await document.attach(options.extra, 'extra.bin');
  return Buffer.from(await document.save({ useObjectStreams: options.objectStreams ?? false }));
}

/** Receives callbacks, and answers with the statuses that a test chooses. */
export class Receiver {
  readonly received: Record<string, unknown>[] = [];
  /** The statuses of the next answers. After them, 204. */
  readonly answers: number[] = [];
  private readonly waiting: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const { port } = server.address() as AddressInfo;
    const receiver = new Receiver(server, `http://127.0.0.1:${port}/callbacks`);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        receiver.received.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
        response.writeHead(receiver.answers.shift() ?? 204).end();
        receiver.waiting.splice(0).forEach((wake) => wake());
      });
    });
    return receiver;
  }

  /** Waits until this many have come in since the start. */
  async atLeast(count: number): Promise<Record<string, unknown>[]> {
    while (this.received.length < count) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.received;
  }

  /** The statuses in the callbacks, in order of arrival, in either shape. */
  statuses(): unknown[] {
    return this.received.map((body) => body['status'] ?? (body['request'] as { status: string }).status);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
