const OLDEST_NODE = 24;
if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  throw new Error(
    `Tests need Node ${OLDEST_NODE} or newer. "npm test" and "npx jest" find the one that npm has installed.`,
  );
}

/** Packages that are ES modules alone. Jest runs everything as CommonJS, so it compiles them too. */
const ES_MODULES = ['@noble/hashes', '@peculiar/utils', 'asn1js', 'bytestreamjs', 'commander', 'kysely', 'pkijs'];

const common = {
  testEnvironment: 'node',
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  // Jest looks up a global in a slow way. Libraries that read bytes ask for these ones thousands of times.
  sandboxInjectedGlobals: ['Object', 'ArrayBuffer', 'SharedArrayBuffer', 'Uint8Array'],
  transform: { '^.+\\.(ts|mjs)$|/node_modules/.+\\.js$': ['@swc/jest'] },
  transformIgnorePatterns: [`/node_modules/(?!(${ES_MODULES.join('|')})/)`, '<rootDir>/dist/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'] },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
/** What needs PostgreSQL and S3. `npm test` has the same suite of the archive on SQLite and a directory. */
const ON_SERVERS = ['<rootDir>/test/archive/', '<rootDir>/test/local/servers/'];

/** What takes minutes and seldom breaks. `npm test -- --thorough` runs it. */
const THOROUGH = '\\.thorough\\.test\\.ts$';

/** What takes longer than its part of `npm test` allows. `npm test -- --all` runs it, with all of `test/proof/`. */
const PROOF = '\\.proof\\.test\\.ts$';

const withServer = {
  ...common,
  globalSetup: '<rootDir>/test/global-setup.ts',
  globalTeardown: '<rootDir>/test/global-teardown.ts',
};

export default {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: [
        '/node_modules/',
        '<rootDir>/test/end-to-end/',
        '<rootDir>/test/proof/',
        '\\.server\\.test\\.ts$',
        PROOF,
        THOROUGH,
      ],
    },
    {
      ...withServer,
      displayName: 'server',
      testMatch: ['<rootDir>/test/end-to-end/**/*.test.ts', '<rootDir>/test/**/*.server.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...ON_SERVERS, PROOF],
    },
    {
      ...withServer,
      displayName: 'proof',
      testMatch: [
        '<rootDir>/test/proof/**/*.test.ts',
        '<rootDir>/test/**/*.proof.test.ts',
        ...ON_SERVERS.map((folder) => `${folder}**/*.server.test.ts`),
      ],
      testPathIgnorePatterns: ['/node_modules/', THOROUGH],
    },
    { ...withServer, displayName: 'thorough', testMatch: ['<rootDir>/test/**/*.thorough.test.ts'] },
  ],
  // Tests of the projects `server` and `proof` wait as long as they work. With more at once, they only wait for each other.
  maxWorkers: 4,
  testSequencer: '<rootDir>/test/sequencer.mjs',
  testTimeout: 240_000,
};
