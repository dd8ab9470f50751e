import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import type { Command } from 'commander';
import { contractNames } from '../../config/contract-names';
import type { Configuration } from '../../config/load';
import { judgeDeployed } from '../../engine/iam/judgement/judge-deployed';
import type { Place } from '../../operator/aws';
import { checkAccounts, distinct } from '../../operator/doctor/accounts';
import { checkConnection } from '../../operator/doctor/connection';
import { checkDeployed } from '../../operator/doctor/deployed';
import { doctorShape, type Diagnosis, type Finding } from '../../operator/doctor/finding.shape';
import { checkPermissions } from '../../operator/doctor/permissions';
import { checkQuotas, type NeededQuota } from '../../operator/doctor/quotas';
import { checkValue, type WantedValue } from '../../operator/doctor/secrets';
import { checkRehearsalTools } from '../../operator/doctor/rehearsal-tools';
import { checkTools } from '../../operator/doctor/tools';
import { OPERATIONS } from '../../operator/operations';
import { policyOf } from '../../operator/policy';
import { differenceTools } from './difference-tools';
import { operatorCommand, printJson } from './operator-command';
import { packageRoot } from '../input/package';
import { policyScope } from './policy-scope';
import { paintFor, type Paint } from '../output/paint';
import { awsFor } from '../target/find-target';
import { type Target, type TargetOptions } from '../target/target';
import { print, printValue } from '../output/print';

interface Options {
  json?: boolean;
  policy?: boolean;
}

const ENVIRONMENTS = [
  ['dev', 'Dev'],
  ['prod', 'Prod'],
] as const;

/** `saiondo doctor`: what the pipeline needs, before it is deployed and after. */
export function doctorCommand(): Command {
  return operatorCommand<Options>(
    'doctor',
    'look at what the pipeline needs: tools, credentials, bootstraps, connection, secrets, quotas, images, and what is deployed',
    [
      'doctor',
      'doctor --rehearsal',
      'doctor --profile saiondo-pipeline',
      'doctor --json | jq ".findings[] | select(.status == \\"error\\")"',
      'doctor --policy > policy.json',
    ],
    (command) =>
      command
        .option('--policy', 'print the least IAM policy of every command for this saiondo.yaml, and look at nothing')
        .option('--json', 'print it as JSON'),
    async ({ target }, options) => {
      if (options.policy) {
        const scope = policyScope(target);
        const commands = Object.keys(OPERATIONS) as (keyof typeof OPERATIONS)[];
        const policies = Object.fromEntries(commands.map((name) => [name, policyOf(OPERATIONS[name], scope)]));
        printValue(policies, 2);
        return 0;
      }
      const diagnosis = { pipeline: target.pipeline, findings: await diagnose(target) };
      if (options.json) printJson(doctorShape, diagnosis);
      else print(showDiagnosis(diagnosis, paintFor(process.stdout)));
      return diagnosis.findings.some((one) => one.status === 'error') ? 1 : 0;
    },
    // This machine can be looked at before there is any rehearsal.
    (options) => (options.rehearsal && !options.policy ? lookAtMachine(options) : undefined),
  );
}

async function lookAtMachine(options: Options & TargetOptions): Promise<number> {
  const findings = [...(await checkTools(cdkVersions())), ...(await checkRehearsalTools(options.directory))];
  const diagnosis = { pipeline: options.pipeline ?? '', findings };
  if (options.json) printJson(doctorShape, diagnosis);
  else print(showDiagnosis(diagnosis, paintFor(process.stdout)));
  return findings.some((one) => one.status === 'error') ? 1 : 0;
}

async function diagnose(target: Target): Promise<Finding[]> {
  const tools = await checkTools(cdkVersions());
  const { configuration, home } = target;
  if (target.rehearsal)
    return [
      ...tools,
      ...(await checkRehearsalTools(target.rehearsal.layout.root)),
      {
        check: 'credentials',
        status: 'ok',
        text: 'skipped: a rehearsal has no AWS account. To check AWS: saiondo doctor --aws',
      },
    ];
  if (!configuration)
    return [
      ...tools,
      {
        check: 'deployed',
        status: 'error',
        text: 'there is no saiondo.yaml here: what the pipeline needs is not known',
        fix: 'run from the folder that holds saiondo.yaml',
      },
    ];
  const aws = awsFor('doctor', target);
  const environments = ENVIRONMENTS.map(([name]) => configuration.environments[name]);
  const { findings, signedIn } = await checkAccounts(aws, home, environments);
  if (!signedIn)
    return [
      ...tools,
      ...findings,
      {
        check: 'deployed',
        status: 'unknown',
        text: 'accounts, secrets, quotas and stacks were not looked at: no credentials',
      },
    ];
  const rest = await Promise.all([
    checkConnection(
      aws({ ...home, region: regionOf(configuration.pipeline.connectionArn) }),
      configuration.pipeline.connectionArn,
    ),
    ...wantedValues(configuration).map((wanted) => checkValue(aws, wanted)),
    checkQuotas(aws, neededQuotas(configuration)),
    checkPermissions(aws, home, target.pipeline, judgeDeployed),
    checkDeployed(
      aws,
      {
        name: target.pipeline,
        connectionArn: configuration.pipeline.connectionArn,
        sources: Object.values(configuration.repositories).map(({ name, branch }) => ({ repository: name, branch })),
        stages: ENVIRONMENTS.map(([name, stage]) => ({ stage, ...placeOf(configuration.environments[name]) })),
      },
      differenceTools(target, aws).artifacts,
      (service) => `${configuration.project}/${service}`,
    ),
  ]);
  return [...tools, ...findings, ...rest.flat()];
}

function placeOf({ account, region }: Place): Place {
  return { account, region };
}

function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}

/** What people put in place by hand (README, "Deploy it to AWS"). */
function wantedValues(configuration: Configuration): WantedValue[] {
  return ENVIRONMENTS.flatMap(([name]): WantedValue[] => {
    if (!configuration.components.contracts) return [];
    const place = placeOf(configuration.environments[name]);
    const names = contractNames(configuration, name);
    const { explorer } = configuration.environments[name].contracts ?? {};
    return [
      { place, kind: 'secret', name: names.deployerSecret, keys: ['privateKey', ...(explorer ? ['explorerKey'] : [])] },
      { place, kind: 'parameter', name: names.chainParameter, keys: [] },
    ];
  });
}

/** What the stacks need of quotas that new accounts often have too low. */
function neededQuotas(configuration: Configuration): NeededQuota[] {
  const { pipeline, environments } = configuration;
  const both = [environments.dev, environments.prod];
  const perEnvironment = distinct(both).flatMap((place): NeededQuota[] => {
    const here = both.filter((one) => one.account === place.account && one.region === place.region);
    const gateways = here.reduce((sum, one) => sum + (one.network.natGateways ?? (one.protected ? 2 : 1)), 0);
    // While a service is updated, its new tasks run next to the old ones.
    const cpu = here.reduce((sum, { services, protected: safe }) => {
      const tasks = services.maxTasks ?? Math.max(services.minTasks ?? 1, safe ? 5 : 1);
      return sum + (2 * tasks * (services.api.cpu + (configuration.components.llm ? services.llm.cpu : 0))) / 1024;
    }, 0);
    const why = `the stacks of ${here.length > 1 ? 'both environments' : 'the environment'}`;
    return [
      { place, service: 'vpc', quota: 'VPCs per Region', needed: here.length, why },
      { place, service: 'ec2', quota: 'EC2-VPC Elastic IPs', needed: gateways, why },
      { place, service: 'fargate', quota: 'Fargate On-Demand vCPU resource count', needed: Math.ceil(cpu), why },
    ];
  });
  const builds = 'the tests that the pipeline runs at once';
  return [
    ...perEnvironment,
    {
      place: placeOf(pipeline),
      service: 'codebuild',
      quota: 'Concurrently running builds for Linux/Small environment',
      needed: 4,
      why: builds,
    },
    {
      place: placeOf(pipeline),
      service: 'codebuild',
      quota: 'Concurrently running builds for Linux/Medium environment',
      needed: 2,
      why: 'the images that the pipeline builds at once',
    },
  ];
}

/** The CDK's command line as package.json pins it, and as it is installed. */
function cdkVersions(): { wanted: string; found: string | undefined } {
  const wanted = (
    JSON.parse(fs.readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as {
      devDependencies?: Record<string, string>;
    }
  ).devDependencies?.['aws-cdk'];
  try {
    const file = createRequire(path.join(packageRoot, 'package.json')).resolve('aws-cdk/package.json');
    const { version } = JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string };
    return { wanted: wanted ?? version, found: version };
  } catch {
    return { wanted: wanted ?? '', found: undefined };
  }
}

function showDiagnosis({ findings }: Diagnosis, { colours }: Paint): string {
  const mark = {
    ok: colours.green('ok     '),
    warning: colours.yellow('warning'),
    error: colours.red('error  '),
    unknown: colours.dim('unknown'),
  };
  return findings
    .flatMap((one) => [
      `${mark[one.status]} ${one.check.padEnd(11)} ${one.text}`,
      ...(one.fix ? [`                    → ${one.fix}`] : []),
    ])
    .join('\n');
}
