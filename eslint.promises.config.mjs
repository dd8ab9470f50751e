import tseslint from 'typescript-eslint';

/**
 * What is not awaited fails unseen, or ends the process. Only types tell that a call gives a promise, and reading them takes a minute: this is
 * a run of its own, so that `npx eslint FILE` stays quick.
 */
export default tseslint.config({
  files: ['engine/**/*.ts', 'operator/**/*.ts', 'commands/**/*.ts'],
  plugins: { '@typescript-eslint': tseslint.plugin },
  linterOptions: { reportUnusedDisableDirectives: 'off' },
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
  },
  rules: {
    '@typescript-eslint/no-floating-promises': 'error',
    '@typescript-eslint/no-misused-promises': 'error',
    '@typescript-eslint/await-thenable': 'error',
    '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
  },
});
