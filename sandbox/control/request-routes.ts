import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import { Refusal } from '../calls/answers.js';
import { CONSOLE_ACTS, VIDEO_RESULTS, type Provider } from '../provider.js';
import type { Enrolment } from '../registration-authority/enrolment.js';
import { enrol } from '../registration-authority/issuing.js';
import { operate, OPERATOR_ACTS } from '../registration-authority/operator.js';
import { personSchema } from '../requests/person.js';
import type { ProviderRequest, SignatureRequest } from '../requests/requests.js';
import { viewOf } from './views.js';

const listSchema = z.object({
  kind: z.enum(['signature', 'enrolment']).optional(),
  email: z.string().optional(),
});
const videoSchema = z.object({ result: z.enum(VIDEO_RESULTS), person: personSchema.optional() });
const consoleSchema = z.object({ do: z.enum(CONSOLE_ACTS), reason: z.string().default('Refused in the console') });
const operatorSchema = z.object({ do: z.enum(OPERATOR_ACTS), reason: z.string().default('Refused by the operator') });

/** What the signer and the people who decide do with one request at the provider. */
export function requestRoutes(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const { requests } = provider.parts;
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.get('/', (context) => {
    const { kind, email } = listSchema.parse(context.req.query());
    const shown = requests
      .all()
      .filter((each) => kind === undefined || each.kind === kind)
      .filter((each) => email === undefined || each.email === email);
    return context.json(shown.map((each) => viewOf(provider, each)));
  });
  app.get('/:pk', (context) => context.json(viewOf(provider, named(context.req.param('pk')))));

  act('video', (request, body) => {
    const { result, person } = videoSchema.parse(body);
    if (person !== undefined) request.person = person;
    provider.video(request, result);
  });
  act('person', (request, body) => {
    request.person = personSchema.parse(body);
    provider.settle(request);
  });
  act('console', (request, body) => {
    const { do: decision, reason } = consoleSchema.parse(body);
    provider.console(signature(request), decision, reason);
  });
  act('files', (request) => {
    delete signature(request).filesFrom;
    provider.settle(request);
  });
  act('operator', (request, body) => {
    const { do: decision, reason } = operatorSchema.parse(body);
    operate(provider, enrolment(request), decision, reason);
  });
  act('enrol', (request) => enrol(provider, enrolment(request)));
  return app;

  /** `POST :pk/<name>`. Answers with the new state of the request. */
  function act(name: string, work: (request: ProviderRequest, body: unknown) => void | Promise<void>): void {
    app.post(`/:pk/${name}`, async (context) => {
      const request = named(context.req.param('pk'));
      const text = await context.req.text();
      await work(request, text === '' ? {} : JSON.parse(text));
      return context.json(viewOf(provider, request));
    });
  }

  function named(pk: string): ProviderRequest {
    const request = requests.findAny(pk);
    if (request === undefined) throw new Refusal(404, `no request ${pk}`);
    return request;
  }
}

function signature(request: ProviderRequest): SignatureRequest {
  if (request.kind === 'signature') return request;
  throw new Refusal(404, `request ${request.pk} is an enrolment`);
}

function enrolment(request: ProviderRequest): Enrolment {
  if (request.kind === 'enrolment') return request;
  throw new Refusal(404, `request ${request.pk} is not an enrolment`);
}
