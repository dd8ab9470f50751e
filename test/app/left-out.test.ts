import { ConfigurationError, parseConfiguration } from '../../config/load';
import { checkRepository } from '../../repository/check/check';
import { openCheckout } from '../../repository/checkout';
import { changed } from '../repository/changed';
import { configured, synthesizedWith } from './configured';
import { actions, resources, SAMPLE } from './synthesized';

const NO_CONTRACTS = {
  'components.contracts': false,
  'environments.dev.contracts': undefined,
  'environments.prod.contracts': undefined,
};
const NO_LLM = {
  'components.llm': false,
  'environments.dev.services.llm': undefined,
  'environments.prod.services.llm': undefined,
};
const ONLY_API = { ...NO_LLM, 'components.web': undefined, ...NO_CONTRACTS };

test('an application of an api alone has no stack, project, image or service of what it has not', () => {
  const templates = synthesizedWith(ONLY_API);
  expect(Object.keys(templates).sort()).toEqual([
    ...['Dev', 'Prod'].flatMap((stage) =>
      ['Data', 'Network', 'Observability', 'Services'].map((one) => `${stage}/${one}`),
    ),
    'saiondo-pipeline',
  ]);
  const names = actions(templates).map(({ stage, name }) => `${stage}/${name}`);
  expect(names.filter((one) => one.startsWith('Verify/')).sort()).toEqual(['Verify/ApiImage', 'Verify/ApiTest']);
  expect(names.filter((one) => /Llm|Web|Contract/.test(one))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(['Dev/Data.Migrate', 'Dev/SmokeTest', 'Prod/SmokeTest']));
  const services = Object.values(templates).flatMap((one) => resources(one, 'AWS::ECS::Service'));
  expect(services.map(({ Properties }) => Properties.ServiceName)).toEqual(['saiondo-dev-api', 'saiondo-prod-api']);
  const said = JSON.stringify(templates);
  for (const gone of ['LLM_API_URL', 'saiondo/llm', 'LLM_DIR', 'DEPLOYER_PRIVATE_KEY', 'CHAIN_RPC_URL'])
    expect(said.includes(gone)).toBe(false);
});

test('without contracts the others are as they were', () => {
  const names = (given: Readonly<Record<string, unknown>>): string[] =>
    actions(synthesizedWith(given)).map(({ stage, name }) => `${stage}/${name}`);
  const left = names({}).filter((one) => !/Contract/.test(one));
  expect(names(NO_CONTRACTS).sort()).toEqual(left.sort());
});

test('a repository without the folders of what is left out has nothing that stops it', () => {
  const checkout = changed(openCheckout(SAMPLE), { 'backend/llm': undefined, frontend: undefined, web3: undefined });
  const findings = checkRepository(checkout, parseConfiguration(configured(ONLY_API), 'saiondo.yaml'));
  expect(findings.filter(({ level }) => level === 'stops')).toEqual([]);
});

test.each<[string, Record<string, unknown>]>([
  ['components.otherWeb', { 'components.web': false, 'components.otherWeb': { admin: { directory: 'frontend/app' } } }],
  ['environments.dev.contracts', { 'environments.dev.contracts': undefined }],
  [
    'environments.dev.services.llm.environment',
    { ...NO_LLM, 'environments.dev.services.llm': { environment: { MODEL: 'small' } } },
  ],
  [
    'environments.prod.services.api.contracts',
    { ...NO_CONTRACTS, 'environments.prod.services.api.contracts': { TOKEN_ADDRESS: 'SAIONDO' } },
  ],
])('%s is refused where its component is not as it needs', (path, values) => {
  let error: unknown;
  try {
    parseConfiguration(configured(values), 'saiondo.yaml');
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(ConfigurationError);
  expect((error as ConfigurationError).problems.map(({ where }) => where.path)).toEqual([path]);
});
