import { inspect } from 'node:util';
import { type LogFields, type Logger, createLogger } from '../../src/logging/logger.js';
import { VideoIdError } from '../../src/messages/failures.js';

const EMAIL = 'canary.person.Qx71@mail.example';
const PHONE = '+34600123987';
const CODE = 'canary-code-Jt58vLw02MzKs';

/** The log of a process and what it wrote. */
function listen(level: 'trace' | 'info' | 'silent' = 'trace'): {
  logger: Logger;
  text: () => string;
  lines: () => object[];
} {
  let written = '';
  const logger = createLogger({ process: 'worker', level, destination: { write: (line) => (written += line) } });
  return {
    logger,
    text: () => written,
    lines: () =>
      written
        .split('\n')
        .filter(Boolean)
        .map((line): object => JSON.parse(line)),
  };
}

function logged(error: unknown): { line: { error: Record<string, unknown> }; text: string } {
  const { logger, text } = listen();
  logger.error({ error }, 'it went wrong');
  return { line: JSON.parse(text()), text: text() };
}

/** Fields that a careless caller may pass in spite of the types. */
function careless(fields: Record<string, unknown>): LogFields {
  return fields;
}

describe('the log', () => {
  it('is one line of JSON with time, level, process, text and the listed fields', () => {
    const { logger, lines } = listen();
    logger.with({ workflowId: 'signature-offer-7~2' }).warn({ code: 'PROVIDER_BUSY', attempt: 3 }, 'tried again');
    expect(lines()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        process: 'worker',
        workflowId: 'signature-offer-7~2',
        code: 'PROVIDER_BUSY',
        attempt: 3,
        message: 'tried again',
      },
    ]);
  });

  it('drops every field that is not listed', () => {
    const { logger, text, lines } = listen();
    const person = careless({ email: EMAIL, phone: PHONE, body: { code: CODE }, headers: [CODE], stage: 'video' });
    logger.info(person, 'a text');
    logger.with(person).info('a text');
    for (const canary of [EMAIL, PHONE, CODE]) expect(text()).not.toContain(canary);
    expect(lines().map((line) => Object.keys(line).toSorted())).toEqual(
      lines().map(() => ['level', 'message', 'process', 'stage', 'time']),
    );
  });

  it('withholds listed fields that hold something else', () => {
    const { logger, text, lines } = listen();
    const wrong = { reference: EMAIL, officer: PHONE, code: `wrong ${CODE}`, route: `/webhooks/uanataca/${CODE}` };
    logger.info(
      careless({ ...wrong, attempt: CODE, stage: { text: CODE }, address: `http://h:1/?t=${CODE}` }),
      'a text',
    );
    for (const canary of [EMAIL, PHONE, CODE]) expect(text()).not.toContain(canary);
    expect(lines()[0]).toMatchObject({ reference: '[withheld]', attempt: '[withheld]', route: '[withheld]' });
    logger.info({ route: '/webhooks/uanataca/:token' }, 'a text');
    expect(lines()[1]).toMatchObject({ route: '/webhooks/uanataca/:token' });
  });

  it('takes only texts that stand in the program', () => {
    const { logger, lines } = listen();
    const name: string = CODE;
    // @ts-expect-error -- a variable is not a fixed text
    logger.info(name);
    // @ts-expect-error -- nor is a template
    logger.info({ stage: 'video' }, `signer ${name}`);
    // @ts-expect-error -- for the compiler too, a field that is not listed is an error
    logger.info({ email: EMAIL }, 'a text');
    expect(lines()).toHaveLength(3);
  });

  it('does not fill placeholders', () => {
    const { logger, text } = listen();
    Reflect.apply(logger.info, logger, [{}, 'a text %s %o', CODE]);
    expect(text()).toContain('a text %s %o');
    expect(text()).not.toContain(CODE);
  });

  it('is silent below its level', () => {
    const { logger, text } = listen('info');
    logger.debug('a text');
    expect(text()).toBe('');
    logger.info('a text');
    expect(text()).not.toBe('');
  });
});

describe('an error in the log', () => {
  it('has type, code and frames, and no message, causes too', () => {
    const cause = Object.assign(new Error(`connect to ${EMAIL} failed`), { code: 'ECONNREFUSED' });
    const { line, text } = logged(new TypeError(`no phone ${PHONE} for ${CODE}`, { cause }));
    for (const canary of [EMAIL, PHONE, CODE]) expect(text).not.toContain(canary);
    expect(line.error).toEqual({
      type: 'TypeError',
      frames: expect.arrayContaining([expect.stringMatching(/logger\.test\.ts:\d+:\d+/)]),
      cause: { type: 'Error', code: 'ECONNREFUSED', frames: expect.any(Array) },
    });
  });

  it.each([
    ['lines that look like frames', new Error(`x\n    at ${CODE} (/a/${CODE}.js:1:2)\n    at /${CODE}.js:1:2`)],
    [
      'a message that was changed later',
      Object.assign(new Error(`\n    at ${CODE} (/a.js:1:2)`), { message: 'other' }),
    ],
    ['a type that is data', Object.assign(new Error('x'), { name: EMAIL })],
    ['a code that is data', Object.assign(new Error('x'), { code: EMAIL })],
    ['properties', Object.assign(new Error('x'), { response: { body: CODE }, config: { headers: { token: CODE } } })],
    ['several causes', new AggregateError([new Error(CODE)], CODE)],
    ['no stack', { message: CODE, stack: CODE }],
  ])('does not give away %s', (_what, error) => {
    const { text } = logged(error);
    for (const canary of [EMAIL, CODE]) expect(text).not.toContain(canary);
  });

  it('may be anything that was thrown', () => {
    for (const thrown of [CODE, { code: CODE }, [CODE]]) expect(logged(thrown).text).not.toContain(CODE);
    expect(logged(CODE).line.error).toEqual({ type: 'string' });
  });

  it('may be its own cause', () => {
    const error = new Error('round');
    error.cause = error;
    expect(inspect(logged(error).line, { depth: 20 })).toContain('cause');
  });

  it('of ours keeps its words, not those of its cause', () => {
    const error = new VideoIdError('BAD_SETTING', 'There is no codec key.', {
      field: 'keys.codec',
      cause: new Error(CODE),
    });
    const { line, text } = logged(error);
    expect(line.error).toMatchObject({
      type: 'VideoIdError',
      code: 'BAD_SETTING',
      message: 'There is no codec key.',
      field: 'keys.codec',
      cause: { type: 'Error' },
    });
    expect(text).not.toContain(CODE);
  });
});
