import { ConfigurationError, parseConfiguration } from '../../config/load';
import { FARGATE_SIZES } from '../../config/services.schema';
import { configured } from '../app/configured';

/** The problems of the shipped file with values at dotted paths, each with its line. */
function problems(values: Readonly<Record<string, unknown>>): string[] {
  try {
    parseConfiguration(configured(values), 'saiondo.yaml');
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.problems.map(({ where, message }) => `${where.path}: ${message}`);
    throw error;
  }
  return [];
}

/** The line that a problem names, as it stands in the file. */
function linesNamed(values: Readonly<Record<string, unknown>>): string[] {
  const text = configured(values);
  try {
    parseConfiguration(text, 'saiondo.yaml');
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.problems.map(({ where }) => text.split('\n')[(where.line ?? 0) - 1]?.trim() ?? '');
    throw error;
  }
  return [];
}

const SUBNETS = {
  publicSubnets: ['subnet-00000001', 'subnet-00000002'],
  privateSubnets: ['subnet-00000003', 'subnet-00000004'],
};
const EXISTING = { vpcId: 'vpc-0123456789abcdef0', zones: ['a', 'c'], ...SUBNETS };

test.each<[string, Record<string, unknown>, string, RegExp]>([
  [
    'ranges that overlap',
    { 'environments.prod.network.cidr': '10.10.128.0/17' },
    'environments.prod.network.cidr',
    /must not overlap/,
  ],
  [
    'a range that begins elsewhere',
    { 'environments.dev.network.cidr': '10.10.0.5/16' },
    'environments.dev.network.cidr',
    /its own first address/,
  ],
  [
    'a public range',
    { 'environments.dev.network.cidr': '172.40.0.0/16' },
    'environments.dev.network.cidr',
    /private IPv4/,
  ],
  [
    'a range too small for its subnets',
    { 'environments.dev.network.cidr': '10.10.0.0/24' },
    'environments.dev.network.cidr',
    /between \/16 and \/21/,
  ],
  [
    'more zones than three',
    { 'environments.dev.network.availabilityZones': 4 },
    'environments.dev.network.availabilityZones',
    /3/,
  ],
  [
    'a number of zones that their letters contradict',
    { 'environments.dev.network.zones': ['a', 'c'], 'environments.dev.network.availabilityZones': 3 },
    'environments.dev.network.availabilityZones',
    /2, as many as `zones` names/,
  ],
  [
    'more NAT gateways than zones',
    { 'environments.dev.network.availabilityZones': 2, 'environments.dev.network.natGateways': 3 },
    'environments.dev.network.natGateways',
    /at most one for each of the 2 zones/,
  ],
  [
    'a number of zones that the subnets contradict',
    { 'environments.dev.network': { existing: { ...EXISTING, isolatedSubnets: ['subnet-00000005'] } } },
    'environments.dev.network.existing.isolatedSubnets',
    /one subnet in each of the 2 zones/,
  ],
  [
    'a range next to a network that is there already',
    {
      'environments.dev.network': {
        cidr: '10.10.0.0/16',
        existing: { ...EXISTING, isolatedSubnets: ['subnet-00000005', 'subnet-00000006'] },
      },
    },
    'environments.dev.network.cidr',
    /must not be here: it cannot be combined with network\.existing/,
  ],
  [
    'neither',
    { 'environments.dev.network.cidr': undefined, 'environments.dev.network.natGateways': 1 },
    'environments.dev.network.cidr',
    /missing/,
  ],
  ['an unprotected prod', { 'environments.prod.protected': false }, 'environments.prod.protected', /customers/],
  [
    'prod in one zone',
    { 'environments.prod.database.multiAz': false },
    'environments.prod.database.multiAz',
    /loss of a zone/,
  ],
  [
    'prod with a day of backups',
    { 'environments.prod.database.backupDays': 1 },
    'environments.prod.database.backupDays',
    /at least 7/,
  ],
  [
    'prod with one task',
    { 'environments.prod.services.minTasks': 1 },
    'environments.prod.services.minTasks',
    /at least 2/,
  ],
  ['prod on Spot', { 'environments.prod.services.spot': true }, 'environments.prod.services.spot', /all be taken away/],
  [
    'prod without a copy of Redis',
    { 'environments.prod.cache.replicas': 0 },
    'environments.prod.cache.replicas',
    /at least 1/,
  ],
  [
    'more tasks at least than at most',
    { 'environments.prod.services.minTasks': 9, 'environments.prod.services.maxTasks': 3 },
    'environments.prod.services.minTasks',
    /minTasks \(9\) at most maxTasks \(3\)/,
  ],
  [
    'a domain without a zone',
    { 'environments.dev.https': { domain: 'dev.saiondo.example' } },
    'environments.dev.https.domain',
    /with it `zone`/,
  ],
  [
    'a domain without the site’s certificate',
    {
      'environments.dev.https': {
        domain: 'dev.saiondo.example',
        zone: { id: 'Z0123456789ABC', name: 'saiondo.example' },
      },
    },
    'environments.dev.https.domain',
    /siteCertificate/,
  ],
  [
    'a domain outside its zone',
    { 'environments.dev.https': { domain: 'saiondo.test', zone: { id: 'Z0123456789ABC', name: 'saiondo.example' } } },
    'environments.dev.https.domain',
    /a name in the zone/,
  ],
  [
    'a main network without the words',
    { 'environments.prod.contracts.mainNetwork': undefined },
    'environments.prod.contracts.network',
    /the words/,
  ],
  [
    'a network that nobody knows, without the words',
    { 'environments.dev.contracts.network': 'matic' },
    'environments.dev.contracts.network',
    /not known as a test network/,
  ],
  [
    'a CPU that Fargate does not offer',
    { 'environments.dev.services.api': { cpu: 300 } },
    'environments.dev.services.api.cpu',
    /256, 512, 1024, 2048, 4096, 8192, 16384/,
  ],
  [
    'a memory that Fargate does not offer',
    { 'environments.dev.services.api': { cpu: 8192, memory: 17408 } },
    'environments.dev.services.api.memory',
    /16384, 20480/,
  ],
  [
    'a secret among the plain variables',
    { 'environments.dev.services.llm.environment.OPENAI_API_KEY': 'sk-1' },
    'environments.dev.services.llm.environment.OPENAI_API_KEY',
    /no secret here/,
  ],
  ['an account id that is none', { 'environments.dev.account': '2222' }, 'environments.dev.account', /12 digits/],
  ['a region that is none', { 'environments.dev.region': 'seoul' }, 'environments.dev.region', /ap-northeast-2/],
  [
    'a region of another partition',
    { 'environments.dev.region': 'cn-north-1' },
    'environments.dev.region',
    /an AWS region/,
  ],
  ['a retention that Logs does not offer', { 'environments.dev.logDays': 42 }, 'environments.dev.logDays', /30, 60/],
  [
    'an old PostgreSQL',
    { 'environments.dev.database.engineVersion': '15.4' },
    'environments.dev.database.engineVersion',
    /16 or newer/,
  ],
  [
    'a storage that cannot grow',
    { 'environments.dev.database.storage': { allocated: 50, maximum: 51 } },
    'environments.dev.database.storage.maximum',
    /10 % more/,
  ],
  [
    'a lock that its own plan breaks',
    { 'environments.prod.backups': { dailyDays: 3, vaultLock: { minimumDays: 7, maximumDays: 400 } } },
    'environments.prod.backups.vaultLock.minimumDays',
    /3 days of dailyDays/,
  ],
  [
    'Firebase without a project',
    { 'environments.dev.web.hosting': 'firebase' },
    'environments.dev.web.hosting',
    /project/,
  ],
  ['a container run by root', { 'components.api.user': '0' }, 'components.api.user', /not root/],
])('%s is an error at its line', (_name, values, path, message) => {
  const found = problems(values);
  expect(found.length).toBeGreaterThan(0);
  // One mistake is told of at one place alone.
  expect(found.filter((problem) => !problem.startsWith(`${path}: `))).toEqual([]);
  expect(found[0]).toMatch(message);
  const key = path.split('.').at(-1) ?? '';
  // What is missing is located at its parent.
  if (!found[0]?.includes('missing'))
    expect(linesNamed(values)[0]).toMatch(new RegExp(`^(${key}:|{|-|api: \\{)|${key}`));
});

test('dev never deploys to a main network, whatever it says', () => {
  const found = problems({
    'environments.dev.contracts': { network: 'mainnet', mainNetwork: 'deploy to the main network' },
  });
  expect(found).toEqual([expect.stringContaining('only prod deploys to a main network')]);
});

test('every size that Fargate offers is taken', () => {
  for (const [cpu, memories] of Object.entries(FARGATE_SIZES)) {
    for (const memory of [memories[0], memories.at(-1)]) {
      expect(problems({ 'environments.dev.services.api': { cpu: Number(cpu), memory } })).toEqual([]);
    }
  }
});
