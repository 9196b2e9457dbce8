import { placeholder } from '../../sandbox/like/placeholder.js';
import { exchange, fileExchange, hash, using } from './like-files.js';
import { ORDER, pdf, RAO, Stand } from './support.js';

async function raw(stand: Stand, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(stand.sandbox.api + path, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const REQUEST = {
  pk: '12345',
  status: 'VIDEOPENDING',
  profile: 'PFnubeQAFCiudadano',
  scratchcard: 1_234_567,
  email: 'a@b.example',
  mobile_phone_number: '34600112233',
  birth_date: '31/12/1999',
  approving_user: { pk: 7, permission_profile: 1 },
  certificate_set: [],
};

describe('an answer of which the file has the occasion', () => {
  test('has its fields and nesting, with the values of the sandbox wherever they are', async () => {
    const created = {
      ok: true,
      result: { request: { request_pk: '1' }, video: { videoid_pk: '2', url: 'https://x.example/a' } },
    };
    await using({ exchanges: [exchange('create/create', 201, created)] }, async (stand) => {
      const { status, body } = await stand.api('POST', '/videoid', ORDER);
      const [request] = (await stand.control.requests()).toReversed();
      expect(status).toBe(201);
      expect(body).toEqual({
        ok: false,
        result: {
          request: { request_pk: String(request?.pk) },
          video: { videoid_pk: String(request?.videoidPk), url: request?.link },
        },
      });
      expect(stand.sandbox.lacks).toEqual([]);
    });
  });

  test('has the recorded types: numbers as texts, texts as numbers, dates in their form', async () => {
    const review = { ...REQUEST, status: 'VIDEOREVIEW' };
    const exchanges = [
      exchange('create/read', 200, { state: 'ok', data: REQUEST }),
      exchange('review/read', 200, { state: 'ok', data: review }),
    ];
    await using({ exchanges }, async (stand) => {
      const { pk } = await stand.create();
      const before = await stand.api('GET', `/request/${pk}`);
      const data = before.body['data'] as Record<string, unknown>;
      expect(Object.keys(before.body)).toEqual(['state', 'data']);
      expect(data).toMatchObject({ pk: String(pk), status: 'VIDEOPENDING', email: ORDER.email, birth_date: null });
      expect(data).toMatchObject({ mobile_phone_number: ORDER.mobile_phone_number.slice(1) });
      expect(data['scratchcard']).toEqual(expect.any(Number));
      expect(Object.keys(data)).toEqual(Object.keys(REQUEST));
      await stand.video(pk);
      const after = await stand.api('GET', `/request/${pk}`);
      expect(after.body['data']).toMatchObject({
        status: 'VIDEOREVIEW',
        birth_date: expect.stringMatching(/^\d\d\/\d\d\/\d{4}$/),
      });
    });
  });

  test('keeps unknown words as a text of their length, which a setting can name', async () => {
    const words = 'Der Code ist leider falsch';
    const exchanges = [exchange('code/wrong-code', 400, { fault: 1, detail: words })];
    await using({ exchanges }, async (stand) => {
      const { pk } = await stand.createReady();
      await stand.upload(pk, await pdf('one'));
      await stand.code(pk);
      expect(await stand.api('POST', `/sign/${pk}`, { secret: 'wrong' })).toEqual({
        status: 400,
        body: { fault: 1, detail: placeholder(hash(words), words.length) },
      });
    });
  });

  test('has the words that several fields make together', async () => {
    const body = { title: 'Ungültiger Code', description: 'Bitte noch einmal versuchen' };
    const recorded = exchange('code/wrong-code', 403, body);
    const together = recorded.answer?.words?.hash ?? '';
    await using({ exchanges: [recorded] }, async (stand) => {
      const { pk } = await stand.createReady();
      const refused = await stand.api('POST', `/sign/${pk}`, { secret: 'wrong' });
      expect(Object.keys(refused.body)).toEqual(['title', 'description']);
      expect(JSON.stringify(refused.body)).toContain(placeholder(together));
    });
  });

  test('has known words too, if the product understood unknown ones', async () => {
    const words = 'Fehler: CONFIRMATION CODE INVALID';
    const recorded = { ...exchange('code/wrong-code', 403, { detail: words }), outcome: { result: 'not-accepted' } };
    await using({ exchanges: [recorded] }, async (stand) => {
      const { pk } = await stand.createReady();
      const { body } = await stand.api('POST', `/sign/${pk}`, { secret: 'wrong' });
      expect(body).toEqual({ detail: `${placeholder(hash(words), words.length)} Confirmation Code invalid` });
    });
  });

  test('has known words with the ids of the sandbox in them', async () => {
    const exchanges = [
      exchange('before-video/upload-early', 409, { detail: 'Cannot upload document: Request 7 not found on disk' }),
    ];
    await using({ exchanges }, async (stand) => {
      const { pk } = await stand.create();
      const refused = await stand.upload(pk, await pdf('one'));
      expect(refused.status).toBe(409);
      expect(refused.body['detail']).toMatch(/^Cannot upload document: Request \S+ not found on disk$/);
    });
  });

  test.each([
    ['empty', '', 404, ''],
    ['page', '<html><head><title>Nicht da</title></head></html>', 404, `<title>${placeholder(hash('Nicht da'))}`],
    ['text', 'Nicht da', 500, placeholder(hash('Nicht da'))],
    ['broken', '{"detail": "Nich', 502, '{"status":'],
  ])('is given in another form than JSON, if it came so: %s', async (_, text, code, shown) => {
    const exchanges = [exchange('unknown/read-unknown', code, text, { retryAfter: 7 })];
    await using({ exchanges }, async (stand) => {
      const answer = await raw(stand, 'GET', '/request/0');
      expect(answer.status).toBe(code);
      expect(answer.headers.get('retry-after')).toBe('7');
      expect(answer.headers.get('content-type') ?? '').not.toBe('text/plain;charset=UTF-8');
      const said = await answer.text();
      expect(shown === '' ? said === '' : said.includes(shown)).toBe(true);
    });
  });

  test('of an unknown path has its own shape', async () => {
    const exchanges = [exchange('unknown/unknown-path', 404, { fault: { code: 'NO_ROUTE' } })];
    await using({ exchanges }, async (stand) => {
      const { status, body } = await stand.api('GET', '/no-such-call');
      expect({ status, names: Object.keys(body) }).toEqual({ status: 404, names: ['fault'] });
    });
  });

  test('that is a file keeps its content, and gets the recorded media type', async () => {
    await using({ exchanges: [fileExchange('contract/contract', 'application/octet-stream')] }, async (stand) => {
      const { pk } = await stand.createReady();
      const answer = await raw(stand, 'GET', `/contract/${pk}`);
      expect(answer.headers.get('content-type')).toBe('application/octet-stream');
      expect(
        Buffer.from(await answer.arrayBuffer())
          .subarray(0, 5)
          .toString(),
      ).toBe('%PDF-');
    });
  });

  test('of a success is not taken for a refusal, nor the other way round', async () => {
    const exchanges = [
      exchange('code/code', 500, { detail: 'No gateway' }),
      exchange('code/code-again', 200, { done: true }),
    ];
    await using({ exchanges }, async (stand) => {
      const { pk } = await stand.createReady();
      expect(await stand.api('POST', `/otp/${pk}`)).toEqual({ status: 200, body: { done: false } });
      await stand.setting({ codeCoolDown: 60_000 });
      expect((await stand.api('POST', `/otp/${pk}`)).status).toBe(412);
    });
  });
});

test('a status in words that we do not know is shown where it was read', async () => {
  const exchanges = [exchange('review/read', 200, { detail: { ...REQUEST, status: 'IN_REVISION' } })];
  await using({ exchanges }, async (stand) => {
    const { pk } = await stand.create();
    expect(await stand.status(pk)).toBe('VIDEOPENDING');
    await stand.video(pk);
    expect(await stand.status(pk)).toBe('IN_REVISION');
  });
});

test('an answer of which the file has no occasion stays as it is', async () => {
  const usual = await Stand.start();
  try {
    await using({}, async (stand) => {
      const [as, is] = await Promise.all(
        [usual, stand].map(async (each) => {
          const { pk, videoidPk } = await each.create();
          const early = await each.api('POST', `/otp/${pk}`);
          await each.video(pk);
          const approved = await each.api('POST', `/videoid/${videoidPk}/approve`, RAO);
          const read = await each.api('GET', `/request/${pk}`);
          return { early, approved, names: Object.keys(read.body['detail'] as object) };
        }),
      );
      expect(is).toEqual(as);
    });
  } finally {
    await usual.close();
  }
});

test('a shape in which callers cannot find what they need is told at the start', async () => {
  const exchanges = [
    exchange('create/create', 200, { status: 'success', id: 1 }),
    exchange('documents/upload-file', 200, { status: 'success' }),
    exchange('approve/read', 200, { detail: { ready: true } }),
  ];
  await using({ exchanges }, async (stand) => {
    expect(stand.sandbox.lacks).toEqual([
      expect.stringContaining('create has no request_pk, videoid_pk, videoid_link'),
      expect.stringContaining('upload has no uid'),
      expect.stringContaining('get-request in ENROLLREADY has no status'),
    ]);
  });
});

async function wordsForUnknown(stand: Stand): Promise<unknown> {
  return (await stand.api('GET', '/request/0')).body['detail'];
}

test('settings given at the start count more than the file, and those of a control call more than both', async () => {
  const findings = [{ assumption: 'bareNotFound', verdict: 'contradicted', setting: 'not-there' }] as const;
  const content = { findings: [...findings] };
  await using(content, async (stand) => expect(await wordsForUnknown(stand)).toBe('Not Found'));
  await using(
    content,
    async (stand) => {
      expect(await wordsForUnknown(stand)).toContain('Make sure');
      await stand.setting({ notFoundWords: 'bare' });
      expect(await wordsForUnknown(stand)).toBe('Not Found');
    },
    { behaviour: { notFoundWords: 'own' } },
  );
});
