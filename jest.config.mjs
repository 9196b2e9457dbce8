const common = {
  testEnvironment: 'node',
  transform: { '^.+\\.(ts|mjs)$': ['@swc/jest'] },
  transformIgnorePatterns: ['/node_modules/', '/dist/'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': ['$1.ts', '$1.js'] },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
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
      ],
    },
    {
      ...withServer,
      displayName: 'server',
      testMatch: ['<rootDir>/test/end-to-end/**/*.test.ts', '<rootDir>/test/**/*.server.test.ts'],
    },
    { ...withServer, displayName: 'proof', testMatch: ['<rootDir>/test/proof/**/*.test.ts'] },
  ],
  maxWorkers: 3,
  testTimeout: 240_000,
};
