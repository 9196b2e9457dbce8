import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeChecks } from '../../src/cli/checks/probes.js';
import { standingLines, standingView } from '../../src/cli/standing-words.js';
import { loadConfig } from '../../src/config.js';
import type { ProbeFile } from '../../src/probe/file.js';
import { reportOf } from '../../src/probe/report/report.js';
import { ASSUMPTIONS } from '../../src/uanataca/one-shot/assumptions.js';
import { probeFile } from '../probe/probe-file.js';

const NOW = Date.parse('2026-07-01T00:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'videoid-probes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** @returns the path of the file */
function written(content: ProbeFile | string): string {
  const path = join(folder, `probe-${(files += 1)}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const API = { address: 'https://api.example.com', certificate: 'file:cert', key: 'file:key' };

async function looked(environments: Record<string, object>, now = NOW) {
  const complete = Object.entries(environments).map(([name, each]) => [
    name,
    { optimizer: 'https://optimizer.example.com', env: 'sandbox', ...each },
  ]);
  const config = loadConfig({}, { archive: { directory: folder }, environments: Object.fromEntries(complete) });
  return await probeChecks(config, now);
}

/** The only check of an environment `test` with these settings. */
async function checked(settings: object, now?: number) {
  const { checks } = await looked({ test: settings }, now);
  expect(checks).toHaveLength(1);
  return checks[0];
}

const CONFIRMED = [
  { assumption: 'raoAsString', verdict: 'confirmed' },
  { assumption: 'envInCreate', verdict: 'confirmed' },
] as const;

describe('the file of a probe', () => {
  test('is told with flow, date, environment and counts', async () => {
    expect(await checked({ probe: written(probeFile(CONFIRMED)) })).toEqual({
      name: 'probe of test',
      state: 'ok',
      words: `probe-${files}.json, signature, begun 2026-06-01, env sandbox: 2 confirmed, 0 contradicted, ${ASSUMPTIONS.length - 2} open`,
    });
  });

  test('that contradicts the settings is a risk, with the settings to paste', async () => {
    const probe = written(
      probeFile([
        { assumption: 'identityShown', verdict: 'contradicted', setting: 'never' },
        { assumption: 'raoAsString', verdict: 'contradicted', setting: false },
        { assumption: 'coolDownTexts', verdict: 'contradicted', setting: ['Please wait a minute'] },
        {
          assumption: 'codeNotAcceptedTexts',
          verdict: 'contradicted',
          setting: [{ hash: 'a1b2c3d4e5f6', length: 20 }],
        },
        { assumption: 'deletionByType', verdict: 'contradicted' },
        { assumption: 'busyMeansNotDone', verdict: 'contradicted' },
      ]),
    );
    const assumptions = { raoAsString: false };
    expect(await checked({ probe, assumptions })).toMatchObject({
      state: 'warn',
      words: expect.stringMatching(
        /6 contradicted \(the settings follow 1\).*\ncontradicted: .*codeNotAcceptedTexts, coolDownTexts, deletionByType, identityShown, busyMeansNotDone$/s,
      ),
      remedy:
        'Set in environments.test.assumptions: {"coolDownTexts":["generated less than a minute ago","Please wait a minute"],"identityShown":"never"}. ' +
        `The words for codeNotAcceptedTexts are not in the file. \`videoid probe ${probe}\` prints them, on the machine that ran it. ` +
        'No known value of deletionByType fits. The report of the probe says what was seen. ' +
        'busyMeansNotDone does not hold, and there is no setting for it. Then 429 on a write would leave it in doubt.',
    });
  });

  test('is fine when the settings follow it', async () => {
    const probe = written(probeFile([{ assumption: 'identityShown', verdict: 'contradicted', setting: 'never' }]));
    expect(await checked({ probe, assumptions: { identityShown: 'never' } })).toMatchObject({ state: 'ok' });
  });

  test('is fine with the settings that its report prints', async () => {
    const unknown = { hash: 'a1b2c3d4e5f6', length: 44 };
    const file = probeFile([
      { assumption: 'signedFilePath', verdict: 'contradicted', setting: 'path' },
      { assumption: 'identityCorrectable', verdict: 'contradicted', setting: ['birth_date'] },
      {
        assumption: 'wrongStatusTexts',
        verdict: 'contradicted',
        setting: ['Request {} not found. Cannot sign documents'],
      },
      { assumption: 'coolDownTexts', verdict: 'contradicted', setting: ['generated less than a minute ago', unknown] },
    ]);
    const words = { [unknown.hash]: 'Wait a minute, … , before you ask again' };
    const { settings } = reportOf(file, written(file), { environment: 'test', words });
    const { environments } = settings as { environments: { test: object } };
    expect(environments.test).toHaveProperty('assumptions.coolDownTexts.1', 'before you ask again');
    expect(await checked(environments.test)).toMatchObject({
      state: 'ok',
      words: expect.stringContaining('4 contradicted (the settings follow 4)'),
    });
    const { probe } = environments.test as { probe: string };
    expect(await checked({ probe })).toMatchObject({
      remedy: expect.stringContaining(
        '"wrongStatusTexts":["Invalid request status","not found. Cannot sign documents"]',
      ),
    });
  });

  test('of enrolments is compared with the settings of the other API', async () => {
    const probe = written(
      probeFile([{ assumption: 'scratchcardList', verdict: 'contradicted', setting: 'unused' }], { flow: 'enrolment' }),
    );
    expect(await checked({ probe, registrationAuthorityApi: API })).toMatchObject({
      state: 'warn',
      remedy: 'Set in environments.test.registrationAuthorityApi.assumptions: {"scratchcardList":"unused"}.',
    });
    expect(await checked({ probe })).toMatchObject({
      state: 'warn',
      words: expect.stringContaining('has no Registration Authority API'),
    });
  });

  test('of another env, one that has not ended, and an old one are risks', async () => {
    const { ended: _none, ...unfinished } = probeFile(CONFIRMED);
    const probe = written(unfinished);
    const yearAndMore = Date.parse('2027-06-02T10:00:00Z');
    expect(await checked({ probe, env: 'prod' }, yearAndMore)).toMatchObject({
      state: 'warn',
      words: expect.stringMatching(/made with env sandbox.*it has not ended.*older than a year/s),
      remedy: expect.stringContaining(`\`videoid probe ${probe}\` goes on with it.`),
    });
  });

  test('that was made with a simulated provider confirms nothing', async () => {
    const notes = [{ step: 'unknown', name: 'simulated', value: true }];
    const { checks, standings } = await looked({ test: { probe: written(probeFile(CONFIRMED, { notes })) } });
    expect(checks).toMatchObject([{ state: 'warn', words: expect.stringContaining('it confirms nothing') }]);
    expect(standingView(standings).assumptions).toEqual(ASSUMPTIONS);
  });

  test.each([
    ['is missing', () => join(folder, 'none.json')],
    ['is not JSON', () => written('{')],
    ['is the private one', () => written('{"format":"videoid-probe-private/1"}')],
  ])('that %s is a failure, and names the setting', async (_, path) => {
    expect(await checked({ probe: [path()] })).toMatchObject({
      name: 'probe of test',
      state: 'fail',
      words: expect.stringContaining('(environments.test.probe)'),
      remedy: expect.stringContaining('`videoid probe`'),
    });
  });
});

test('several files of one environment are told one by one, and together say where its assumptions stand', async () => {
  const probe = [
    written(probeFile([{ assumption: 'raoAsString', verdict: 'contradicted', setting: false }])),
    written(probeFile(CONFIRMED, { begun: '2026-06-20T00:00:00.000Z' })),
    written(probeFile([{ assumption: 'receiptInApprove', verdict: 'confirmed' }], { flow: 'enrolment' })),
  ];
  const { checks, standings } = await looked({ test: { probe, registrationAuthorityApi: API } });
  expect(checks.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok']);
  const { assumptions, enrolmentAssumptions } = standingView(standings);
  expect(assumptions.map(({ name }) => name)).not.toContain('raoAsString');
  expect(enrolmentAssumptions.map(({ name }) => name)).not.toContain('receiptInApprove');
  expect(enrolmentAssumptions.map(({ name }) => name)).toContain('raoAsString');
});

describe('the list of what is not yet confirmed', () => {
  test('is one for all without a probe, or without an environment', async () => {
    const head = `Not yet confirmed by a real Optimizer (${ASSUMPTIONS.length}):`;
    expect(standingLines([])).toContain(head);
    const { standings } = await looked({ test: {}, other: {} });
    expect(standingLines(standings)).toEqual(standingLines([]));
  });

  test('is one for each environment where they differ, after what was seen', async () => {
    const probe = written(
      probeFile([
        { assumption: 'raoAsString', verdict: 'confirmed' },
        { assumption: 'identityShown', verdict: 'contradicted', setting: 'never' },
        { assumption: 'cancelByDelete', verdict: 'contradicted', setting: true },
      ]),
    );
    const { standings } = await looked({
      test: { probe, assumptions: { identityShown: 'never' } },
      live: { env: 'prod' },
    });
    const count = ASSUMPTIONS.length;
    const lines = standingLines(standings);
    expect(lines.slice(0, 6)).toEqual([
      `What probes have seen of the Optimizer, in test (3 of ${count}):`,
      '  raoAsString     2026-06-01 (sandbox)  confirmed',
      '  cancelByDelete  2026-06-01 (sandbox)  contradicted  the setting must be true',
      '  identityShown   2026-06-01 (sandbox)  contradicted  the setting follows: "never"',
      '',
      `Not yet confirmed by a real Optimizer, in test (${count - 3}):`,
    ]);
    expect(lines).toContain(`Not yet confirmed by a real Optimizer, in live (${count}):`);
  });

  test('says the same to programs', async () => {
    const probe = written(probeFile([{ assumption: 'identityShown', verdict: 'contradicted', setting: 'never' }]));
    const { seen, assumptions } = standingView((await looked({ test: { probe } })).standings);
    expect(assumptions).toHaveLength(ASSUMPTIONS.length - 1);
    expect(seen[0]?.signature).toContainEqual({
      name: 'identityShown',
      state: 'contradicted',
      inForce: 'after-video',
      setting: 'never',
      at: '2026-06-01T10:00:00.000Z',
      env: 'sandbox',
    });
    expect(seen[0]).not.toHaveProperty('enrolment');
  });
});
