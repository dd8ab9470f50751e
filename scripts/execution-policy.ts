import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseDocument } from 'yaml';
import {
  executionPolicy,
  inParts,
  type ExecutionNeeds,
  type PolicyDocument,
} from '../engine/iam/handlers/execution-policy';
import { OPTIONS } from './every-option';

/** Roles that the stacks make: by name, or by the name that CloudFormation gives, which begins with the stack's. */
const STACKS = ['saiondo-*', 'Dev-*', 'Prod-*'];
const ROLES = STACKS.map((one) => `arn:aws:iam::*:role/${one}`);
const PROFILES = ['Dev-*', 'Prod-*'].map((one) => `arn:aws:iam::*:instance-profile/${one}`);

/** What CloudFormation needs for this app's stacks, beyond the handlers of their types; and what it lists without need. */
export const NEEDS: ExecutionNeeds = {
  leftOut: [
    [
      /^(amplify|apigateway|apprunner|appsync|bedrock-agentcore|cognito-idp):|^ec2:.*VerifiedAccess/,
      'a web ACL is associated with a load balancer or a distribution, with nothing else',
    ],
    [/^s3tables:|^s3:.*BucketMetadata/, 'no bucket has metadata tables', 'changes'],
    [/^(vpc-lattice|vpce):/, 'no endpoint reaches a service network or another region'],
    [/^(elasticfilesystem|s3files):/, 'no function and no task mounts a file system'],
    [/^iam:.*(User|Group)Policy$/, 'no policy belongs to a user or a group'],
    [/^iam:.*PermissionsBoundary$/, 'no role has a boundary, and none that people set is taken away', 'changes'],
    [/^iam:ListRoles$/, 'the database looks for a role by name only where it has monitoring of its own'],
    [
      /^logs:.*(DataProtection|Index)Policy|^logs:.*BearerToken|^sns:.*DataProtection/,
      'no log and no topic has one',
      'changes',
    ],
    [
      /^s3:.*(Analytics|Inventory|IntelligentTiering|Metrics|Accelerate|Abac|Replication)/,
      'no bucket has one',
      'changes',
    ],
    [/^secretsmanager:.*Replic/, 'no secret is in two regions', 'changes'],
    [/^ecs:PutAccountSetting/, 'settings of the account are the account’s'],
    [/^lambda:.*(CodeSigning|CapacityProvider|ScalingConfig|ProvisionedConcurrency)/, 'no function has one', 'changes'],
    [
      /^rds:(RestoreDB|CreateDBInstanceReadReplica|PromoteReadReplica|St(art|op)DBInstanceAutomated)/,
      'no replica',
      'changes',
    ],
  ],
  narrowed: [
    ['IamServiceLinked', /^iam:CreateServiceLinkedRole$/, ['arn:aws:iam::*:role/aws-service-role/*']],
    ['IamInstanceProfiles', /^iam:.*InstanceProfile/, [...PROFILES, ...ROLES]],
    ['IamOwnRoles', /^iam:/, ROLES],
    ['S3Assets', /^s3:(Get|Put|Delete)Object/, ['arn:aws:s3:::cdk-*/*']],
  ],
  more: [
    {
      Sid: 'CustomResourcesAreCalled',
      Effect: 'Allow',
      Action: ['lambda:InvokeFunction'],
      Resource: STACKS.map((one) => `arn:aws:lambda:*:*:function:${one}`),
    },
    {
      Sid: 'TemplatesAskForTheBootstrapsVersion',
      Effect: 'Allow',
      Action: ['ssm:GetParameters'],
      Resource: 'arn:aws:ssm:*:*:parameter/cdk-bootstrap/*',
    },
    {
      Sid: 'ConnectionsAreUsedNotMade',
      Effect: 'Allow',
      Action: ['codeconnections', 'codestar-connections'].flatMap((service) =>
        ['GetConnection', 'PassConnection', 'UseConnection'].map((name) => `${service}:${name}`),
      ),
      Resource: '*',
    },
    {
      Sid: 'NoAdministratorByTheBackDoor',
      Effect: 'Deny',
      Action: ['iam:AttachRolePolicy'],
      Resource: '*',
      Condition: {
        ArnEquals: {
          'iam:PolicyARN': ['AdministratorAccess', 'IAMFullAccess', 'PowerUserAccess'].map(
            (name) => `arn:aws:iam::aws:policy/${name}`,
          ),
        },
      },
    },
    {
      Sid: 'TheBootstrapStaysAsItIs',
      Effect: 'Deny',
      Action: ['iam:*', 'sts:AssumeRole'],
      Resource: 'arn:aws:iam::*:role/cdk-*',
    },
  ],
};

/** The shipped configuration, and the same with everything that can be turned on. @param shipped the text of saiondo.yaml */
export function configurations(shipped: string): readonly string[] {
  const document = parseDocument(shipped);
  for (const [key, value] of Object.entries(OPTIONS)) document.setIn(key.split('.'), document.createNode(value));
  return [shipped, document.toString()];
}

/** The types of resources in templates, without custom resources: their functions make those. */
export function typesIn(templates: readonly { readonly Resources: object }[]): readonly string[] {
  const all = templates.flatMap(({ Resources }) => Object.values(Resources) as { readonly Type: string }[]);
  return [...new Set(all.map(({ Type }) => Type))].filter((type) => !type.startsWith('Custom::')).sort();
}

/**
 * The files of the execution policy, by name below `docs/`: the whole one, and its parts, each as large as a managed policy may be.
 * @param types of every resource that the app can synthesize
 */
export async function policyFiles(types: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const whole = await executionPolicy(types, NEEDS);
  const parts = inParts(whole).map((part, at) => [`execution-policy/${at + 1}.json`, part] as const);
  return new Map([['execution-policy.json', whole] as const, ...parts].map(([name, one]) => [name, textOf(one)]));
}

const textOf = (policy: PolicyDocument): string => `${JSON.stringify(policy, undefined, 2)}\n`;

/** `npm run docs:execution-policy`: writes the files anew from the templates of the app. */
async function main(root: string): Promise<void> {
  const { makeApp } = await import('./synthesized-app.js');
  const application = path.join(root, 'examples/saiondo');
  const shipped = fs.readFileSync(path.join(root, 'saiondo.yaml'), 'utf8');
  const types = typesIn(
    configurations(shipped).flatMap((yaml) =>
      templatesOf(makeApp({ yaml, application, root }).synth()).map((one) => one as { readonly Resources: object }),
    ),
  );
  const folder = path.join(root, 'docs/execution-policy');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
  for (const [name, text] of await policyFiles(types)) {
    fs.writeFileSync(path.join(root, 'docs', name), text);
    console.log(`docs/${name}: ${JSON.stringify(JSON.parse(text)).length} characters`);
  }
}

/** The templates of an assembly and of those in it. */
function templatesOf(assembly: Assembly): readonly unknown[] {
  return [
    ...assembly.stacks.map(({ template }) => template as unknown),
    ...assembly.nestedAssemblies.flatMap(({ nestedAssembly }) => templatesOf(nestedAssembly)),
  ];
}
interface Assembly {
  readonly stacks: readonly { readonly template: unknown }[];
  readonly nestedAssemblies: readonly { readonly nestedAssembly: Assembly }[];
}

if (require.main === module)
  main(process.cwd()).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
