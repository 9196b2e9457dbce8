import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SETTING_TOPICS, topicOf } from '../local/document-tables.js';
import { PROJECT } from '../local/project.js';
import { createProgram } from '../src/cli/program.js';
import { listSettings, listSettingsOfEach } from '../src/config.js';
import { FAILURES, STEP_FAILURES } from '../src/messages/failures.js';
import { ASSUMPTIONS } from '../src/uanataca/one-shot/assumptions.js';
import { REGISTRATION_AUTHORITY_ASSUMPTIONS } from '../src/uanataca/registration-authority/assumptions.js';

const DOCUMENTS = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'sandbox/README.md',
  ...readdirSync(join(PROJECT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

function read(file: string): string {
  return readFileSync(join(PROJECT, file), 'utf8');
}

/** The anchors of headings, which a link can name. */
function anchors(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(DOCUMENTS)('every link of %s leads to a file, and to a heading that it has', (document) => {
  const broken = [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? document : join(dirname(document), path);
    const leads = existsSync(join(PROJECT, file)) && (anchor === undefined || anchors(file).includes(anchor));
    return leads ? [] : [target];
  });
  expect(broken).toEqual([]);
});

test('every file that a document names in the project exists', () => {
  for (const document of DOCUMENTS) {
    for (const [, file = ''] of read(document).matchAll(
      /`((?:src|sandbox|local|test|docs|samples)\/[\w./-]+\.\w+)`/g,
    )) {
      expect({ document, file, there: existsSync(join(PROJECT, file)) }).toEqual({ document, file, there: true });
    }
  }
});

test('git leaves alone what a documented command writes into the project', () => {
  const written = DOCUMENTS.flatMap((document) =>
    [...read(document).matchAll(/ (?:--save|--keys|--folder|archive backup|mkdir -p|-o|>) ([a-z][\w./-]*)/g)].map(
      ([, path = '']) => path,
    ),
  );
  const named = ['secrets', 'shown', 'contract.pdf', 'backup/archive', 'soak.json'];
  expect(written).toEqual(expect.arrayContaining(named));
  // Their names are those of the request or of the day.
  const others = ['order-17-contract-signed.pdf', 'person-17-declaration.txt', 'probe-2027-01-15.private.json'];
  const paths = [...new Set([...written, ...others, '.videoid/archive'])];
  // A folder without a slash is not known to be one before it is there.
  const given = paths.map((path) => (/[./]/.test(path) ? path : `${path}/file`));
  const { stdout } = spawnSync('git', ['check-ignore', ...given], { cwd: PROJECT, encoding: 'utf8' });
  expect(stdout.split('\n').filter(Boolean)).toEqual(given);
});

test('every command that a document shows exists, with every option it is given', () => {
  const known = new Map(
    createProgram(false).commands.flatMap((each) => {
      const options = [each, ...each.commands].flatMap((command) => command.options.map(({ long }) => long ?? ''));
      return [each.name(), ...each.aliases()].map((name) => [name, options] as const);
    }),
  );
  const shown = new Set<string>();
  for (const document of DOCUMENTS) {
    for (const [line, verb = '', rest = ''] of read(document).matchAll(/\bvideoid ([a-z][a-z-]*)([^`\n#|]*)/g)) {
      const options = known.get(verb);
      const unknown = (rest.match(/--[a-z-]+/g) ?? []).filter((option) => !options?.includes(option));
      expect({ document, line, exists: options !== undefined, unknown }).toEqual({
        document,
        line,
        exists: true,
        unknown: [],
      });
      shown.add(verb);
    }
  }
  expect([...known.keys()].filter((verb) => !shown.has(verb))).toEqual([]);
});

test('docs/settings.md has every setting in one table, and says what it is for', () => {
  const document = read('docs/settings.md');
  const settings = listSettings().filter(({ name }) => topicOf(name) !== undefined);
  const ofEach = [...listSettingsOfEach('environments'), ...listSettingsOfEach('registrationAuthorities')];
  for (const { name, description } of [...settings, ...ofEach]) {
    const rows = document.split(`\n| \`${name}\` |`).length - 1;
    expect({ name, rows, described: description !== '' }).toEqual({ name, rows: 1, described: true });
  }
  const elsewhere = listSettings().filter(({ name }) => topicOf(name) === undefined);
  const groups = new Set(elsewhere.map(({ name }) => name.replace(/^(policy\.steps)\..*/, '$1')));
  expect(groups).toEqual(new Set(['policy.steps', 'environments', 'registrationAuthorities']));
  for (const topic of Object.keys(SETTING_TOPICS)) expect(settings.map(({ name }) => topicOf(name))).toContain(topic);
});

test('docs/troubleshooting.md says of every failure of a step what it means and what to do', () => {
  const codes: (string | undefined)[] = Object.keys(STEP_FAILURES);
  const [, table = ''] = read('docs/troubleshooting.md').split(/<!-- \/?attention -->/);
  const rows = [...table.matchAll(/^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, code]) => code);
  expect(rows).toEqual(expect.arrayContaining(codes));
  // This is shown as attention too, although it is not a failure of a step.
  expect(rows.filter((code) => !codes.includes(code))).toEqual(['CODES_EXHAUSTED']);
  expect(new Set(rows).size).toBe(rows.length);
});

test('docs/troubleshooting.md has every failure code', () => {
  const document = read('docs/troubleshooting.md');
  expect(Object.keys(FAILURES).filter((code) => !document.includes(`\`${code}\``))).toEqual([]);
});

test('docs/provider.md explains every section that an assumption cites', () => {
  const explained = [...read('docs/provider.md').matchAll(/^\| ([\d., ]+) \|/gm)].flatMap(([, cell = '']) =>
    cell.split(', '),
  );
  for (const { name, section } of [...ASSUMPTIONS, ...REGISTRATION_AUTHORITY_ASSUMPTIONS]) {
    for (const [, cited = ''] of section.matchAll(/§([\d.]+)/g)) {
      const known = explained.includes(cited) || explained.includes(cited.replace(/\.\d+$/, ''));
      expect({ name, cited, known }).toEqual({ name, cited, known: true });
    }
  }
});

test('pictures have at most 200 kB', () => {
  const pictures = readdirSync(join(PROJECT, 'docs', 'pictures'));
  expect(pictures).toContain('temporal-checklist.png');
  for (const name of pictures) {
    expect({ name, small: statSync(join(PROJECT, 'docs', 'pictures', name)).size <= 200_000 }).toEqual({
      name,
      small: true,
    });
  }
});
