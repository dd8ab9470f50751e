import { isMap, isScalar, parseDocument, type Document } from 'yaml';
import { parseConfiguration } from '../../config/load';
import type { Checkout } from '../checkout';
import { checkRepository } from '../check/check';
import type { CheckFinding } from '../check/finding';
import type { Seen, SeenSite, Survey } from '../survey';

/** What a person answers, or a default stands in for. */
export interface InitAnswers {
  readonly project: string;
  readonly region: string;
  /** `OWNER/REPO` of the application. */
  readonly repository: string;
  /** The web app that is the site. */
  readonly site?: SeenSite;
}

/** A configuration for a repository, and what is still open. */
export interface Initialized {
  readonly yaml: string;
  /** What nobody but a person knows, each with its line in the file. */
  readonly questions: readonly string[];
  /** What would still stop a run, or may. */
  readonly findings: readonly CheckFinding[];
}

/**
 * Writes a `saiondo.yaml` for what a survey saw, with the place of every value; then looks at the repository by it, and takes over what its
 * findings know how to mend.
 */
export function initialConfiguration(checkout: Checkout, seen: Survey, answers: InitAnswers): Initialized {
  const document = parseDocument(baseOf(seen, answers));
  const check = (): CheckFinding[] =>
    checkRepository(checkout, parseConfiguration(document.toString(), 'saiondo.yaml'));
  // A value may uncover another demand; what a finding sets once is not set again.
  for (let round = 0; round < 4; round++) {
    const mends = check().filter(({ set }) => set !== undefined);
    if (mends.length === 0) break;
    for (const mend of mends) apply(document, mend);
  }
  standInSecrets(document);
  const yaml = document.toString({ lineWidth: 0 });
  return { yaml, questions: questionsIn(yaml), findings: check() };
}

const at = <T>(seen: Seen<T>): string => `# ${seen.from}`;

function baseOf({ api, llm, contracts, sites }: Survey, { project, region, repository, site }: InitAnswers): string {
  const owner = repository.split('/')[0] ?? project;
  const service = (name: string, one: Survey['api'], directory: string, port: number, command: string): string =>
    one
      ? `  # ${one.why}
  ${name}:
    directory: ${one.directory}
    port: ${one.port.value} ${at(one.port)}
    healthPath: ${one.healthPath.value} ${at(one.healthPath)}
    command: ${JSON.stringify(one.command.value)} ${at(one.command)}
${one.socketPath ? `    socketPath: ${one.socketPath.value} ${at(one.socketPath)}\n` : ''}`
      : name === 'llm'
        ? `  # No folder has FastAPI, uvicorn or Flask among its packages: nothing of an llm is deployed.
  llm: false
`
        : `  # QUESTION: no ${name} was found; which folder is it?
  ${name}:
    directory: ${directory}
    port: ${port}
    healthPath: /health
    command: ${command}
`;
  const others = sites.filter((one) => one !== site);
  const environment = (name: string, account: string, cidr: string, more: string): string => `  ${name}:
    account: '${account}' # QUESTION: the account of ${name}
    region: ${region}
${more}    network:
      cidr: ${cidr}
${
  contracts
    ? `    contracts:
      network: sepolia # QUESTION: the network of ${name}; a main network wants mainNetwork too
`
    : ''
}`;
  return `# Written by saiondo init; each value has the place that it was found at. Lines with QUESTION are yours to answer.
project: ${project}
owner: ${project}-team
costCentre: ${project}

pipeline:
  name: ${project}
  account: '111111111111' # QUESTION: the account of the pipeline
  region: ${region}
  connectionArn: arn:aws:codeconnections:${region}:111111111111:connection/00000000-0000-0000-0000-000000000000 # QUESTION: the connection to GitHub

repositories:
  application:
    name: ${repository}
  pipeline:
    name: ${owner}/${project}-pipeline

components:
${service('api', api, 'backend/api', 3000, 'node dist/main.js')}${service('llm', llm, 'backend/llm', 8000, 'uvicorn src.main:app --host 0.0.0.0 --port 8000')}${
    site
      ? `  # ${site.why}${others.length > 0 ? `\n  # also seen: ${others.map(({ directory }) => directory).join(', ')}. One more is served below its path by otherWeb: { NAME: { directory: … } }` : ''}
  web:
    directory: ${site.directory}
    framework: ${site.framework}
`
      : `  # No folder has Vite, Next.js, Create React App, Angular, Vue or Flutter for the web: no site is deployed.
  web: false
`
  }${
    contracts
      ? `  # ${contracts.why}
  contracts:
    directory: ${contracts.directory}
${contracts.deploy ? `    deploy: ${JSON.stringify(contracts.deploy.value)} ${at(contracts.deploy)}\n` : ''}    contracts:
${contracts.names.map((one) => `      ${one.value}: {} ${at(one)}\n`).join('') || '      SAIONDO: {}\n'}`
      : `  # No folder has a configuration of Hardhat: no contract is deployed.
  contracts: false
`
  }
environments:
${environment('dev', '222222222222', '10.10.0.0/16', '')}${environment('prod', '333333333333', '10.20.0.0/16', '    protected: true\n')}${
    contracts
      ? `
# Only a rehearsal reads this: a chain for each environment, and values for the secrets that people put in place on AWS.
rehearsal:
  chain:
    directory: rehearsal/chain
    install: npm ci --no-audit --no-fund
    command: env CHAIN_DATA={data} npx hardhat node --hostname 127.0.0.1 --port {port}
    deployerKey: '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'
`
      : ''
  }`;
}

/** Sets what a finding knows, with the finding’s place as the comment. */
function apply(document: Document, { set = {}, where, found }: CheckFinding): void {
  for (const [path, value] of Object.entries(set)) {
    // A contract’s name may hold dots; no key below these does.
    const keys = path.split('.');
    document.setIn(keys, document.createNode(value));
    const parent = document.getIn(keys.slice(0, -1));
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => (isScalar(key) ? key.value : key) === keys.at(-1))
      : undefined;
    if (pair && isScalar(pair.value)) pair.value.comment = ` ${where.file}${where.line ? `:${where.line}` : ''}`;
    else if (pair && isScalar(pair.key))
      pair.key.commentBefore = ` ${where.file}${where.line ? `:${where.line}` : ''}: ${found}`;
  }
}

/** Values for a rehearsal, of every secret that a service is given: one that a client may check the form of has that form. */
function standInSecrets(document: Document): void {
  const { environments } = parseConfiguration(document.toString(), 'saiondo.yaml');
  const secrets: Record<string, Record<string, string>> = {};
  for (const environment of Object.values(environments))
    for (const service of ['api', 'llm'] as const)
      for (const reference of Object.values(environment.services[service].secrets)) {
        const [name = '', key] = reference.split(':');
        if (key) (secrets[name] ??= {})[key] = standIn(key);
      }
  if (Object.keys(secrets).length > 0) document.setIn(['rehearsal', 'secrets'], document.createNode(secrets));
}

function standIn(key: string): string {
  if (/PRIVATE_KEY/.test(key)) return `0x${'1'.repeat(64)}`;
  if (/MNEMONIC/.test(key)) return 'test test test test test test test test test test test junk';
  // Long enough for a key of AES-256, and no secret of anybody.
  return `rehearsal-${key.toLowerCase().replace(/_/g, '-')}`.padEnd(32, '0').slice(0, 32);
}

function questionsIn(yaml: string): string[] {
  return yaml.split('\n').flatMap((line, index) => {
    const question = /# QUESTION: (.*)/.exec(line)?.[1];
    return question ? [`saiondo.yaml:${index + 1}: ${question}`] : [];
  });
}
