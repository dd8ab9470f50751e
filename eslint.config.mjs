import tseslint from 'typescript-eslint';
import importX from 'eslint-plugin-import-x';

/** `from` may not be imported by `target`: imports point one way, bin → commands → engine or operator → model. */
const arrows = [
  {
    target: './repository',
    from: ['./bin', './commands', './engine', './operator', './views', './pipelines', './lib'],
  },
  {
    target: './model',
    from: [
      './bin',
      './commands',
      './engine',
      './operator',
      './views',
      './config',
      './pipelines',
      './lib',
      './repository',
    ],
  },
  { target: './engine', from: ['./bin', './commands', './operator', './views', './config', './pipelines', './lib'] },
  { target: './operator', from: ['./bin', './commands', './engine', './views', './pipelines', './lib'] },
  { target: './views', from: ['./bin', './commands', './engine', './operator', './config', './pipelines', './lib'] },
  { target: './config', from: ['./bin', './commands', './engine', './operator', './views', './pipelines', './lib'] },
  { target: './lib', from: ['./bin', './commands', './engine', './operator', './views', './pipelines'] },
  { target: './pipelines', from: ['./bin', './commands', './engine', './operator', './views'] },
  { target: './commands', from: ['./bin', './pipelines', './lib'] },
];
const sdk = {
  group: ['@aws-sdk/*'],
  message: 'aws-cdk-lib and the AWS SDK never share a file: this folder is the CDK app.',
};
const cdk = {
  group: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs'],
  message: 'aws-cdk-lib belongs to lib/, pipelines/ and bin/app.ts; the engine meets them only at the cloud assembly.',
};

/** AGPL: what people get may not import it. It is asked in tests alone, for a second opinion. */
const secondOpinion = {
  group: ['@cloud-copilot/iam-simulate', '@cloud-copilot/iam-simulate/*'],
  message:
    'iam-simulate is AGPL and a devDependency: only test/ may ask it for a second opinion (docs/dependencies.md).',
};

export default tseslint.config(
  {
    ignores: [
      'dist',
      'cdk.out',
      'node_modules',
      '.saiondo',
      'examples',
      'rehearsal',
      'test/scenarios',
      'test/**/*.js',
      '*.js',
      '**/*.mjs',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver': { node: { extensions: ['.ts', '.js'] } },
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'no-console': 'error',
      'import-x/no-restricted-paths': ['error', { zones: arrows }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['lib/**/*.ts', 'pipelines/**/*.ts', 'bin/app.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [sdk, secondOpinion] }] },
  },
  {
    files: [
      'engine/**/*.ts',
      'operator/**/*.ts',
      'commands/**/*.ts',
      'views/**/*.ts',
      'model/**/*.ts',
      'config/**/*.ts',
      'repository/**/*.ts',
    ],
    rules: { 'no-restricted-imports': ['error', { patterns: [cdk, secondOpinion] }] },
  },
  {
    files: ['bin/saiondo.ts', 'bin/compile-cache.ts', 'bench/**/*.ts', 'scripts/**/*.ts', 'buildspecs/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [secondOpinion] }] },
  },
  // Code that runs as it stands on AWS's Node.js, which reads it as CommonJS: inline functions, and scripts of buildspecs. A function's file gives its
  // `change` to the frame that lib/inline-resource.ts puts round it.
  {
    files: ['lib/functions/*.js', 'buildspecs/**/*.js'],
    languageOptions: { sourceType: 'commonjs' },
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^change$' }],
    },
  },
  // The page’s own modules: the browser loads them as they stand.
  { files: ['views/page/assets/*.js'], languageOptions: { sourceType: 'module' } },
  // Templates are JSON of many shapes; the tests look into them.
  { files: ['test/app/**/*.ts'], rules: { '@typescript-eslint/no-explicit-any': 'off' } },
  { files: ['commands/**/*.ts', 'bin/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'], rules: { 'no-console': 'off' } },
);
