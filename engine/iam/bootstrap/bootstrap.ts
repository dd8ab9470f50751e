import { creationOrder, propertiesOf } from '../../cloudformation/change-set';
import { generatedAttribute, physicalIdOf } from '../../cloudformation/identity';
import { conditionHolds, type ResolutionContext } from '../../cloudformation/template/intrinsics';
import type { Template } from '../../cloudformation/template/template';
import type { DeployedResource, DeployedStack, ResourceOfStack, StackLedger } from '../../ports/ledger';
import type { ExecutionPolicy } from '../../ports/execution-policy';
import bootstrapTemplate from './bootstrap-template.json';

/** An environment as `cdk bootstrap` is run for it. */
export interface BootstrapRequest {
  readonly account: string;
  readonly region: string;
  readonly qualifier: string;
  /** `--trust` and `--trust-for-lookup`: the pipeline's account. */
  readonly trust: readonly string[];
  /** `--cloudformation-execution-policies`. Without one the execution role is an administrator, the CDK's default. */
  readonly executionPolicies?: readonly ExecutionPolicy[];
}

/** A role of `cdk bootstrap` by its ARN (aws-cdk-lib, DefaultStackSynthesizer). */
const BOOTSTRAP_ROLE =
  /^arn:[^:]+:iam::(\d{12}):role\/cdk-([a-z0-9]+)-(?:deploy|cfn-exec|file-publishing|image-publishing|lookup)-role-\1-([a-z0-9-]+)$/;

/** The environments whose bootstrap's roles a text names: a pipeline's definition, a template. */
export function bootstrapsNamedIn(text: string, trust: readonly string[]): readonly BootstrapRequest[] {
  const found = new Map<string, BootstrapRequest>();
  for (const [arn] of text.matchAll(/arn:[a-z-]+:iam::\d{12}:role\/cdk-[a-z0-9-]+/g)) {
    const [, account, qualifier, region] = BOOTSTRAP_ROLE.exec(arn) ?? [];
    if (account && qualifier && region)
      found.set(`${account}/${region}/${qualifier}`, { account, region, qualifier, trust });
  }
  return [...found.values()];
}

/**
 * The resources that `cdk bootstrap` of the pinned CDK makes in an environment: the real template (`cdk bootstrap --show-template`; aws-cdk,
 * Apache-2.0), resolved with the parameters that the command gives it.
 */
function bootstrapResources(request: BootstrapRequest): readonly ResourceOfStack[] {
  const { account, region, qualifier, trust, executionPolicies = [] } = request;
  const template = bootstrapTemplate as unknown as Template;
  const defaults = Object.entries(bootstrapTemplate.Parameters).map(([name, one]) => [
    name,
    'Default' in one ? one.Default : '',
  ]);
  const parameters: Record<string, unknown> = {
    ...Object.fromEntries(defaults),
    Qualifier: qualifier,
    TrustedAccounts: trust.filter((one) => one !== account),
    TrustedAccountsForLookup: trust.filter((one) => one !== account),
    CloudFormationExecutionPolicies:
      executionPolicies.length > 0
        ? executionPolicies.map(({ name }) => policyArn(account, name))
        : ['arn:aws:iam::aws:policy/AdministratorAccess'],
    // `cdk bootstrap` encrypts with the account's own key unless it is asked for one (--bootstrap-customer-key).
    FileAssetsBucketKmsKeyId: 'AWS_MANAGED_KEY',
  };
  const at = {
    account,
    region,
    stackName: 'CDKToolkit',
    template,
    file: 'bootstrap-template.json',
    parameters,
    tags: {},
  };
  const made = new Map<string, DeployedResource>();
  const addressOf = (logicalId: string) => ({
    account,
    region,
    stackName: at.stackName,
    logicalId,
    type: template.Resources[logicalId]?.Type ?? '',
    generation: 1,
  });
  const attribute = (logicalId: string, name: string): unknown => {
    const one = made.get(logicalId);
    return one && generatedAttribute(addressOf(logicalId), one.properties, one.physicalId, name);
  };
  const context: ResolutionContext = {
    ...at,
    stackId: `arn:aws:cloudformation:${region}:${account}:stack/CDKToolkit/bootstrap`,
    refOf: (id) => made.get(id)?.physicalId,
    attributeOf: attribute,
    exportOf: () => undefined,
  };
  const present = (id: string): boolean => {
    const condition = template.Resources[id]?.Condition;
    return condition === undefined || conditionHolds(condition, context, `Resources.${id}.Condition`);
  };
  for (const logicalId of creationOrder(template, present, at.file)) {
    const properties = propertiesOf(template, logicalId, context);
    const address = addressOf(logicalId);
    const physicalId = physicalIdOf(address, properties);
    const arn = generatedAttribute(address, properties, physicalId, 'Arn');
    made.set(logicalId, {
      logicalId,
      type: address.type,
      physicalId,
      properties,
      attributes: arn ? { Arn: arn } : {},
      standing: 'recorded',
    });
  }
  for (const { name, document } of executionPolicies)
    made.set(name, {
      logicalId: name,
      type: 'AWS::IAM::ManagedPolicy',
      physicalId: policyArn(account, name),
      properties: { ManagedPolicyName: name, PolicyDocument: document },
      attributes: {},
      standing: 'recorded',
    });
  const stack = {
    ...at,
    stackId: context.stackId,
    status: 'CREATE_COMPLETE',
    outputs: {},
    resources: {},
    parameters: {},
    updatedAt: '',
  } as unknown as DeployedStack;
  return [...made.values()].map((resource) => ({ ...resource, stack }));
}

const policyArn = (account: string, name: string): string => `arn:aws:iam::${account}:policy/${name}`;

/** What each bootstrap makes, by its request: it is the same every time. */
const madeBefore = new Map<string, readonly ResourceOfStack[]>();

function madeOnce(request: BootstrapRequest): readonly ResourceOfStack[] {
  const key = JSON.stringify(request);
  const made = madeBefore.get(key) ?? bootstrapResources(request);
  madeBefore.set(key, made);
  return made;
}

/** A ledger with what bootstraps make. What a stack of its own makes counts more. */
export function withBootstraps(
  ledger: Pick<StackLedger, 'resources'>,
  requests: readonly BootstrapRequest[],
): Pick<StackLedger, 'resources'> {
  const made = requests.flatMap(madeOnce);
  return {
    resources: (type, account, region) => {
      const own = ledger.resources(type, account, region);
      const names = new Set(own.map(({ physicalId, stack }) => `${stack.account} ${physicalId}`));
      return [
        ...own,
        ...made.filter(
          ({ type: one, stack, physicalId }) =>
            one === type &&
            (account === undefined || stack.account === account) &&
            (region === undefined || stack.region === region) &&
            !names.has(`${stack.account} ${physicalId}`),
        ),
      ];
    },
  };
}
