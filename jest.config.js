/** Tests run compiled by swc: the type check is a step of its own (`npm run types`). */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.(t|j)sx?$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!(ESM_ONLY_PACKAGES_GO_HERE)/)'],
  modulePathIgnorePatterns: [
    '<rootDir>/dist',
    '<rootDir>/cdk.out',
    '<rootDir>/.saiondo',
    '<rootDir>/examples',
    '<rootDir>/test/scenarios/',
  ],
  testTimeout: 30000,
};
