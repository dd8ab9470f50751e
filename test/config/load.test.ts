import * as fs from 'node:fs';
import * as path from 'node:path';
import { ConfigurationError, loadConfiguration, parseConfiguration } from '../../config/load';

const file = path.join(__dirname, '../../saiondo.yaml');
const text = fs.readFileSync(file, 'utf8');

/** The problems of the shipped file after one line was changed. */
function problems(from: string | RegExp, to: string): string[] {
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  try {
    parseConfiguration(changed, 'saiondo.yaml');
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n');
    throw error;
  }
  return [];
}

/** The line of the shipped file on which a text stands first. */
function lineOf(what: string): number {
  return text.slice(0, text.indexOf(what)).split('\n').length;
}

test('the shipped file is right as it stands, and fills in what it does not say', () => {
  const configuration = loadConfiguration(file);
  expect(configuration.environments.dev.services.api).toMatchObject({ cpu: 256, memory: 512 });
  expect(configuration.environments.dev.network).toMatchObject({ zones: ['a', 'b'], natGateways: 1 });
  expect(configuration.environments.prod.network).toMatchObject({ zones: ['a', 'b', 'c'], natGateways: 3 });
  expect(configuration.environments.prod.protected).toBe(true);
});

test('an unknown key names its line, its path and the nearest known key', () => {
  const found = problems('    healthPath: /health', '    helthPath: /health');
  const unknown = found.find((problem) => problem.includes('unknown key'));
  expect(unknown).toContain(`saiondo.yaml:${lineOf('healthPath')}:5 (components.api.helthPath)`);
  expect(unknown).toContain('unknown key `helthPath`; did you mean `healthPath`?');
  expect(found.find((problem) => problem.includes('(components.api.healthPath): missing'))).toBeDefined();
});

test.each([
  ['an account id that is none', /account: '222222222222'/, "account: '2222'", 'environments.dev.account', '12 digits'],
  [
    'an account id without quotes',
    /account: '222222222222'/,
    'account: 222222222222',
    'environments.dev.account',
    'string',
  ],
  ['overlapping ranges', '10.20.0.0/16', '10.10.128.0/17', 'environments.prod.network.cidr', 'must not overlap'],
  ['an unprotected prod', 'protected: true', 'protected: false', 'environments.prod.protected', 'true'],
  [
    'a main network without the words',
    /\n {6}mainNetwork: .*/,
    '',
    'environments.prod.contracts.network',
    'in words|the words',
  ],
  [
    'a folder outside the repository',
    'directory: web3',
    'directory: ../web3',
    'components.contracts.directory',
    'without `..`',
  ],
])('%s is an error with line, path and what was expected', (_name, from, to, where, expected) => {
  const found = problems(from, to);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatch(/^saiondo\.yaml:\d+:\d+ \(/);
  expect(found[0]).toContain(`(${where})`);
  expect(found[0]).toMatch(new RegExp(expected));
});

test('a size that Fargate does not offer names the sizes that it does', () => {
  const [problem] = problems(
    '    services:\n      llm:',
    '    services:\n      api: { cpu: 256, memory: 4096 }\n      llm:',
  );
  expect(problem).toContain('(environments.dev.services.api.memory)');
  expect(problem).toContain('512, 1024, 2048 MiB, found 4096');
});

test('a missing key is located at its parent', () => {
  const [problem] = problems(/\n {4}name: aw-birdgang\/saiondo\n/, '\n');
  expect(problem).toContain('(repositories.application.name): missing; expected string');
});

test('what is no YAML says so with its line', () => {
  expect(problems('project: saiondo', 'project: [saiondo')[0]).toMatch(/^saiondo\.yaml:\d+:\d+: invalid YAML/);
});
