import { parseConfiguration } from '../../config/load';
import { apiBuild, nodeBuild } from '../../repository/component-build';
import { componentBuilds } from '../../repository/component-builds';
import { checkRepository } from '../../repository/check/check';
import { initialConfiguration } from '../../repository/init/initial-configuration';
import { importsOf } from '../../repository/modules/imports';
import { survey } from '../../repository/survey';
import { checkoutOf } from './changed';

/** A small api with Prisma, from its folder on. */
const api = (more: Readonly<Record<string, unknown>> = {}, folder = 'backend/api'): Record<string, string> => ({
  [`${folder}/package.json`]: JSON.stringify({
    name: 'api',
    scripts: { build: 'nest build', test: 'jest' },
    dependencies: { '@nestjs/core': '10.4.15', '@nestjs/common': '10.4.15' },
    devDependencies: { jest: '29.7.0' },
    ...more,
  }),
  [`${folder}/src/main.ts`]:
    "import { NestFactory } from '@nestjs/core';\nimport { App } from './app';\nawait app.listen(3000);\n",
  [`${folder}/src/app.ts`]:
    "import { Controller, Get } from '@nestjs/common';\n@Controller()\nexport class App {\n@Get('health')\nhealth() {}\n}\n",
  [`${folder}/test/app.spec.ts`]: "import { App } from '../src/app';\n",
});

const DOCKERFILE = 'FROM node:20\nWORKDIR /app\nCOPY package.json ./\nCOPY src ./src\nCMD ["node", "dist/main.js"]\n';
const lock = (file: string): Record<string, string> => ({
  [file]: JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': {
        dependencies: { '@nestjs/core': '10.4.15', '@nestjs/common': '10.4.15' },
        devDependencies: { jest: '29.7.0' },
      },
    },
  }),
});
const whole = { ...api(), ...lock('backend/api/package-lock.json'), 'backend/api/Dockerfile': DOCKERFILE };
const answers = { project: 'found', region: 'ap-northeast-2', repository: 'acme/found' };

/** What stands in the way by the configuration that init writes, ahead of what init mends. */
function findings(files: Readonly<Record<string, string>>, values: Readonly<Record<string, string>> = {}) {
  const checkout = checkoutOf(files);
  const first = `project: found
owner: found
costCentre: found
pipeline: { name: found, account: '111111111111', region: ap-northeast-2, connectionArn: 'arn:aws:codeconnections:ap-northeast-2:111111111111:connection/00000000-0000-0000-0000-000000000000' }
repositories: { application: { name: acme/found }, pipeline: { name: acme/pipeline } }
components:
  api: { directory: backend/api, port: 3000, healthPath: /health, command: node dist/main.js, ${Object.entries(values)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join(', ')} }
environments:
  dev: { account: '222222222222', region: ap-northeast-2, network: { cidr: 10.10.0.0/16 } }
  prod: { account: '333333333333', region: ap-northeast-2, protected: true, network: { cidr: 10.20.0.0/16 } }
`;
  return checkRepository(checkout, parseConfiguration(first, 'saiondo.yaml'));
}
const levels = (files: Readonly<Record<string, string>>, what: string): string[] =>
  findings(files)
    .filter((one) => one.what === what)
    .map(({ level }) => level);

test('an api alone: nothing stops it', () => {
  expect(findings(whole).filter(({ level }) => level === 'stops')).toEqual([]);
});

test.each<[string, string, string, Record<string, string>]>([
  [
    'a package that package.json has not',
    'api.imports',
    'stops',
    { 'backend/api/src/app.ts': "import _ from 'lodash/merge';\n" },
  ],
  [
    'a package that only a test imports',
    'api.imports',
    'warning',
    { 'backend/api/test/b.spec.ts': "import { it } from 'vitest';\n" },
  ],
  ['a file that is not there', 'api.files', 'stops', { 'backend/api/src/app.ts': "export * from './gone';\n" }],
  [
    'a file in other letters',
    'api.files',
    'stops',
    { 'backend/api/src/app.ts': "import './User';\n", 'backend/api/src/user.ts': '' },
  ],
  [
    'a Dockerfile that copies what its context has not',
    'api.image',
    'stops',
    { 'backend/api/Dockerfile': `${DOCKERFILE}COPY dist ./dist\n` },
  ],
  [
    'a Dockerfile for the root',
    'api.image',
    'stops',
    { 'backend/api/Dockerfile': 'FROM node:20\nCOPY backend/api/package.json ./\n' },
  ],
  [
    'a logger of the llm’s language does not count for an api',
    'api.writable',
    '',
    { 'backend/api/tools/x.py': "FileHandler('logs/x.log')" },
  ],
  ['a logger to a file', 'api.writable', 'stops', { 'backend/api/src/log.ts': "pino.destination('logs/api.log')" }],
  [
    'an alias that Jest is not told of',
    'api.testPaths',
    'stops',
    {
      'backend/api/tsconfig.json':
        '{ // of Nest\n "compilerOptions": { "baseUrl": "./", "paths": { "@core/*": ["src/*"], }, }, }',
      'backend/api/test/app.spec.ts': "import { App } from '@core/app';\n",
    },
  ],
  [
    'a folder of baseUrl that Jest is not told of',
    'api.testPaths',
    'stops',
    {
      'backend/api/tsconfig.json': '{ "compilerOptions": { "baseUrl": "." } }',
      'backend/api/test/app.spec.ts': "import { App } from 'src/app';\n",
    },
  ],
])('%s is named: %s', (_kind, what, level, files) => {
  expect([...new Set(levels({ ...whole, ...files }, what))]).toEqual(level === '' ? [] : [level]);
});

test('what is there, brought along, a type alone, of Node itself or a comment is no lost import', () => {
  const text = [
    "import fs from 'node:fs';",
    "import path from 'path';",
    "import type { Request } from 'express';",
    "// import gone from './gone';",
    '/* import gone',
    " from './gone'; */",
    "import { App } from './app.js';",
    "import picture from './picture.svg?url';",
    "const later = () => require('optional-thing');",
    'const text = `from "prose"`;',
  ].join('\n');
  const files = {
    ...whole,
    ...api({ devDependencies: { jest: '29.7.0', '@types/express': '5.0.0' } }),
    'backend/api/src/main.ts': text,
    'backend/api/src/picture.svg': '<svg/>',
  };
  expect(findings(files).filter(({ what }) => what === 'api.imports' || what === 'api.files')).toEqual([]);
});

test('imports are read in time that grows with the text', () => {
  const text = `${'import { a } from '.repeat(20_000)}\n${'from '.repeat(50_000)}\n${'/*'.repeat(50_000)}`;
  expect(importsOf(text)).toEqual([]);
});

test('what tells Jest of the aliases is what the finding sets', () => {
  const files = {
    ...whole,
    'backend/api/tsconfig.json':
      '{ "compilerOptions": { "baseUrl": "src", "paths": { "@core/*": ["core/*"], "@config": ["config/index"] } } }',
    'backend/api/test/app.spec.ts': "import { App } from '@core/app';\nimport { config } from '@config';\n",
    'backend/api/src/core/app.ts': '',
    'backend/api/src/config/index.ts': '',
  };
  const [finding] = findings(files).filter(({ what }) => what === 'api.testPaths');
  const test = String(finding?.set?.['components.api.test']);
  expect(test).toBe(
    `npx jest --rootDir=. --moduleNameMapper='{"^@config$":"<rootDir>/src/config/index","^@core/(.*)$":"<rootDir>/src/core/$1"}'`,
  );
  expect(findings(files, { test }).filter(({ what }) => what === 'api.testPaths')).toEqual([]);
  const told = {
    ...files,
    ...api({
      jest: { moduleNameMapper: { '^@core/(.*)$': '<rootDir>/src/core/$1', '^@config$': '<rootDir>/src/config' } },
    }),
  };
  expect(
    levels({ ...told, 'backend/api/test/app.spec.ts': files['backend/api/test/app.spec.ts'] }, 'api.testPaths'),
  ).toEqual([]);
});

const WORKSPACE = {
  'package.json': JSON.stringify({
    name: 'whole',
    workspaces: ['apps/*', 'packages/*'],
    packageManager: 'yarn@1.22.22',
    engines: { node: '>=22' },
  }),
  'yarn.lock': '# yarn lockfile v1\n',
  ...api({ dependencies: { '@nestjs/core': '10.4.15', '@nestjs/common': '10.4.15', '@acme/db': '*' } }, 'apps/api'),
  'packages/db/package.json': '{ "name": "@acme/db" }',
  'packages/db/prisma/schema.prisma': 'datasource db {\n}\nmodel User {\n  id Int @id\n}\n',
  'packages/db/prisma/migrations/1_users/migration.sql': 'CREATE TABLE "User" ("id" INTEGER NOT NULL);\n',
  'apps/api/Dockerfile':
    'FROM node:22\nWORKDIR /app\nCOPY package.json yarn.lock ./\nCOPY apps/api ./apps/api\nCMD ["node", "apps/api/dist/main.js"]\n',
};

test('a workspace: its lock file, its Node and its package manager, and the schema of a package that the api depends on', () => {
  const checkout = checkoutOf(WORKSPACE);
  const build = apiBuild(checkout, { directory: 'apps/api' });
  expect(build).toMatchObject({
    manager: { name: 'yarn', version: '1.22.22', lockFile: 'yarn.lock', workspace: '.' },
    runtimes: { nodejs: 22 },
  });
  expect(build.install.at(-1)).toBe('(cd "$CODEBUILD_SRC_DIR" && yarn install --frozen-lockfile)');
  expect(build.build).toEqual(['(cd "$CODEBUILD_SRC_DIR/packages/db" && npx prisma generate)', 'yarn run build']);
  const { yaml, findings: left } = initialConfiguration(checkout, survey(checkout), answers);
  const configuration = parseConfiguration(yaml, 'saiondo.yaml');
  expect(configuration.components.api).toMatchObject({
    directory: 'apps/api',
    context: '.',
    dockerfile: 'apps/api/Dockerfile',
  });
  expect(left.filter(({ level }) => level === 'stops')).toEqual([]);
  expect(componentBuilds(checkout, configuration.components).migrations.prisma).toEqual({
    directory: 'packages/db',
    schema: 'prisma/schema.prisma',
    migrations: 'prisma/migrations',
  });
  const behind = checkoutOf({ ...WORKSPACE, 'packages/db/prisma/migrations/1_users/migration.sql': '' });
  expect(checkRepository(behind, configuration).find(({ what }) => what === 'api.migrations')).toMatchObject({
    level: 'stops',
    where: { file: 'packages/db/prisma/schema.prisma' },
  });
});

test('pnpm’s workspace is one too; a folder that it does not name stands alone', () => {
  const files = {
    'pnpm-workspace.yaml': 'packages:\n  - apps/*\n  - "!apps/old"\n',
    'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
    'apps/api/package.json': '{}',
    'apps/old/package.json': '{}',
  };
  const of = (directory: string) => nodeBuild(checkoutOf(files), { directory }, () => []).manager;
  expect(of('apps/api')).toMatchObject({ name: 'pnpm', version: '10.15.1', workspace: '.' });
  expect(of('apps/old')).toMatchObject({ name: 'npm', from: 'no lock file' });
});

test('a repository that is the api itself, without a Dockerfile: init writes one into the configuration', () => {
  const files = { ...api({}, '.'), 'package-lock.json': '{}' };
  const checkout = checkoutOf(
    Object.fromEntries(Object.entries(files).map(([file, text]) => [file.replace(/^\.\//, ''), text])),
  );
  const { yaml, findings: left } = initialConfiguration(checkout, survey(checkout), answers);
  expect(yaml).toContain('healthPath: /health # src/app.ts:4');
  const { components, environments, rehearsal } = parseConfiguration(yaml, 'saiondo.yaml');
  expect(components).toEqual({ api: expect.objectContaining({ directory: '.' }), otherWeb: {} });
  expect(components.api.dockerfile).toBe(
    'FROM node:20\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci --ignore-scripts\nCOPY . .\nRUN npm rebuild\nRUN npm run build\n',
  );
  expect([environments.dev.contracts, rehearsal.chain]).toEqual([undefined, undefined]);
  expect(left.filter(({ level }) => level === 'stops')).toEqual([]);
});

test.each([
  ['Dockerfile', 'COPY backend/api ./\n'],
  ['docker/api.Dockerfile', 'COPY backend/api ./\n'],
  ['Dockerfile.api', 'COPY . .\n'],
])('a Dockerfile at %s is found', (file, copies) => {
  const files: Record<string, string> = { ...whole, [file]: `FROM node:20\n${copies}` };
  delete files['backend/api/Dockerfile'];
  const finding = findings(files).find(({ what }) => what === 'api.image');
  expect(finding?.set).toEqual({ 'components.api.context': '.', 'components.api.dockerfile': file });
});

test.each([
  ["export default { output: 'export' }", []],
  ['export default {}', ['stops']],
])('Next.js writes a site where it is told to: %s', (config, expected) => {
  const files = {
    ...whole,
    'frontend/web/package.json': JSON.stringify({
      scripts: { build: 'next build' },
      dependencies: { next: '15.1.0', react: '19.0.0' },
    }),
    'frontend/web/package-lock.json': '{}',
    'frontend/web/next.config.mjs': config,
    'frontend/web/app/page.tsx': 'export default () => null;\n',
  };
  const checkout = checkoutOf(files);
  const seen = survey(checkout);
  expect(seen.sites.map(({ directory }) => directory)).toEqual(['frontend/web']);
  const [site] = seen.sites;
  const { yaml, findings: left } = initialConfiguration(checkout, seen, { ...answers, ...(site ? { site } : {}) });
  expect(left.filter(({ what }) => what === 'web.export').map(({ level }) => level)).toEqual(expected);
  const { components } = parseConfiguration(yaml, 'saiondo.yaml');
  expect(componentBuilds(checkout, components).web?.output).toBe('out');
});

const SITE = {
  'frontend/web/package.json': JSON.stringify({
    scripts: { build: 'tsc -b && vite build' },
    dependencies: { react: '19.0.0' },
    devDependencies: { vite: '7.1.5', typescript: '5.9.2' },
  }),
  'frontend/web/package-lock.json': '{}',
  'frontend/web/index.html': '<script type="module" src="/src/main.tsx"></script>',
  'frontend/web/vite.config.ts': "export default { resolve: { alias: { '@': path.resolve(__dirname, './src') } } };",
  'frontend/web/src/main.tsx': "import React from 'react';\nimport { App } from '@/app';\n",
  'frontend/web/src/app.tsx': 'export const App = () => null;\n',
};

test.each<[string, string, Record<string, string>, unknown]>([
  [
    'a file that the site imports is not there',
    'web.files',
    { 'frontend/web/src/main.tsx': "import { App } from '@/gone';\n" },
    undefined,
  ],
  [
    'a file that only the type checker reads',
    'web.files',
    { 'frontend/web/src/old.ts': "import x from '@/gone';\n" },
    'npx vite build',
  ],
  [
    'a package that only the type checker reads',
    'web.imports',
    { 'frontend/web/src/a.test.ts': "import { it } from 'vitest';\n" },
    'npx vite build',
  ],
  [
    'chunks of what cannot be imported',
    'web.bundler',
    {
      'frontend/web/vite.config.ts':
        "export default { build: { rollupOptions: { output: { manualChunks: { a: ['react'], b: ['firebase', 'gone'], c: ['./src/pages'] } } } } };",
    },
    [expect.stringContaining('delete config.build'), 'npx vite build --config vite.saiondo.config.mjs'],
  ],
])('%s', (_kind, what, files, build) => {
  const checkout = checkoutOf({ ...whole, ...SITE, ...files });
  const [site] = survey(checkout).sites;
  const base = initialConfiguration(checkout, survey(checkout), answers).yaml.replace(
    /^ {2}web: false$/m,
    '  web: { directory: frontend/web, framework: node }',
  );
  expect(site?.directory).toBe('frontend/web');
  const found = checkRepository(checkout, parseConfiguration(base, 'saiondo.yaml')).filter((one) => one.what === what);
  expect(found).toHaveLength(1);
  expect(found[0]?.level).toBe('stops');
  expect(found[0]?.set?.['components.web.build']).toEqual(build);
});
