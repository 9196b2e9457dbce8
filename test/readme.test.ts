import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runTool } from '../local/checks.js';
import { DOCUMENT_TABLES, withTable } from '../local/document-tables.js';
import { flowPicture } from '../local/pictures/flow.js';
import { PROJECT } from '../local/project.js';
import { configSchema } from '../src/config/schema.js';

const README = read('README.md');
const packageJson = z
  .object({ scripts: z.record(z.string(), z.string()), exports: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(read('package.json')));

function read(file: string): string {
  return readFileSync(join(PROJECT, file), 'utf8');
}

/** The code blocks of a document in one language. */
function blocks(file: string, language: string): string[] {
  const found = read(file).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'gms'));
  return [...found].map(([, block = '']) => block);
}

test('the README has less than 8 kB', () => {
  expect(README.length).toBeLessThan(8000);
});

test('every npm script that the README names exists', () => {
  const named = [...README.matchAll(/\bnpm (?:run )?(start|test|build|tables|pictures|[a-z:-]+)\b/g)]
    .map(([, name = '']) => name)
    .filter((name) => !['ci', 'pack', 'install'].includes(name));
  expect(named).toEqual(expect.arrayContaining(['start', 'test']));
  expect(Object.keys(packageJson.scripts)).toEqual(expect.arrayContaining([...new Set(named)]));
});

test('the settings of docs/going-live.md are settings', () => {
  const all = blocks('docs/going-live.md', 'json');
  expect(all).toHaveLength(2);
  for (const settings of all) {
    expect(configSchema.parse(JSON.parse(settings))).toMatchObject({
      registrationAuthorities: { '1234': { review: { mode: 'manual' } } },
    });
  }
});

test('the settings of docs/operations.md are settings', () => {
  const all = [...read('docs/operations.md').matchAll(/^ *```json\n(.*?)^ *```/gms)];
  expect(all).toHaveLength(1);
  for (const [, settings = ''] of all) {
    const { archive } = configSchema.parse(JSON.parse(settings));
    expect(archive.files?.s3).toMatchObject({ ca: 'file:/etc/ssl/s3-ca.pem', pathStyle: true });
  }
});

test('the TypeScript of docs/client.md compiles against what the package exports', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'videoid-readme-'));
  try {
    const exported = ['client', 'config'].filter((name) => `./${name}` in packageJson.exports);
    const paths = Object.fromEntries(
      exported.map((name) => [`videoid-worker/${name}`, [join(PROJECT, `src/${name}.ts`)]]),
    );
    writeFileSync(join(folder, 'client.ts'), blocks('docs/client.md', 'ts').join('\n'));
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: join(PROJECT, 'tsconfig.json'),
        compilerOptions: {
          noEmit: true,
          noUnusedLocals: false,
          rootDir: '/',
          paths: { ...paths, ms: [join(PROJECT, 'node_modules/ms/dist/index.d.ts')] },
          typeRoots: [join(PROJECT, 'node_modules/@types')],
        },
        include: ['client.ts'],
      }),
    );
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    expect(await runTool('typescript/bin/tsc', ['-p', folder], folder)).toEqual({ passed: true, printed: '' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(DOCUMENT_TABLES)('the table "$name" in $file is that of the sources; if not: npm run tables', (table) => {
  const text = read(table.file);
  expect(text).toBe(withTable(text, table));
});

test('the picture of the flow is the one that its script makes; if not: npm run pictures', () => {
  expect(read('docs/pictures/flow.svg')).toBe(flowPicture());
});
