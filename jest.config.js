const os = require('node:os');

// Threads and processes that the engine starts of its own scripts are compiled as they are loaded, too.
process.env.SAIONDO_SOURCE_LOADER = require.resolve('./test/typescript-hook.js');

/** Tests run compiled by swc: the type check is a step of its own (`npm run types`). */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.(t|j)sx?$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } },
        // A package is loaded where it is first used: each file loads its modules anew, and most use few of aws-cdk-lib's or the AWS SDK's.
        module: { type: 'commonjs', lazy: true },
      },
    ],
  },
  modulePathIgnorePatterns: [
    '<rootDir>/dist',
    '<rootDir>/cdk.out',
    '<rootDir>/.saiondo',
    '<rootDir>/examples',
    '<rootDir>/test/scenarios/',
  ],
  // Builds dist/ once, starts the server that synthesizes for all files.
  globalSetup: '<rootDir>/test/setup/before-all.ts',
  globalTeardown: '<rootDir>/test/setup/after-all.ts',
  // Jest's own default leaves one core to its main process, which only waits. More than four rehearsals at once want more memory than a laptop has.
  maxWorkers: Math.min(4, Math.max(2, os.availableParallelism())),
  testSequencer: '<rootDir>/test/setup/longest-first.js',
  reporters: ['default', '<rootDir>/test/setup/durations-reporter.js'],
  // What ends a test that hangs. What a file may take is its budget (test/setup/budgets.json).
  testTimeout: 120_000,
};
