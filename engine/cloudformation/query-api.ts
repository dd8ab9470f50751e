import { XMLBuilder } from 'fast-xml-parser';
import { SaiondoError } from '../../model/errors';
import type { AwsRequest, AwsResponse } from '../local/front';
import type { DeployedStack } from '../ledger';
import { computeChangeSet, NO_CHANGES, type ChangeSet } from './change-set';
import { deleteStack, refuseDeletion } from './deletion';
import { deploy, refuseUnexecutable } from './deployment';
import { resolveParameters, type ParameterSource } from './parameters';
import type { DeploymentHost } from './provisioner';
import { changeAnswers, members, resourceAnswers, stackAnswer, templateAnswer } from './query-answers';
import { changeSetNameIn, listIn, parametersIn, policyIn, stackNameIn, tagsIn } from './query-form';
import { stackIdOf, type StackAddress } from './stack-id';
import type { Template } from './template';
import { parseTemplate } from './template-file';

/** What CloudFormation's API needs besides the ledger. */
export interface CloudFormationApiHost extends Omit<DeploymentHost, 'environment'> {
  /** A template by its S3 address. */
  readonly readTemplate: (account: string, region: string, url: string) => Promise<string>;
  readonly parameterSource: ParameterSource;
}

interface Pending {
  readonly changeSet: ChangeSet;
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly reason: string;
  readonly type: string;
}

const builder = new XMLBuilder({ ignoreAttributes: true, suppressEmptyNode: true });

/** Error codes that AWS's clients know; our own become a ValidationError. */
const AWS_CODE = /^[A-Z][a-z]+([A-Z][a-z]+)*$/;

/**
 * CloudFormation's API over the ledger, in its Query protocol: what `cdk deploy`, `cdk destroy` and the AWS CLI's stack commands call, so that
 * self-mutation deploys the pipeline with the real CLI (CloudFormation API Reference).
 */
export class CloudFormationApi {
  private readonly changeSets = new Map<string, Pending>();
  private readonly events = new Map<string, Record<string, unknown>[]>();
  private readonly deploying = new Map<string, string>();
  private count = 0;

  constructor(private readonly host: CloudFormationApiHost) {}

  /** Answers a request; what it does not know it refuses by name. */
  async handle(request: AwsRequest): Promise<AwsResponse> {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const action = form.get('Action') ?? '';
    try {
      const result = await this.answer(action, form, request);
      return xml(200, {
        [`${action}Response`]: { [`${action}Result`]: result, ResponseMetadata: { RequestId: 'rehearsal' } },
      });
    } catch (error) {
      const code = error instanceof SaiondoError && AWS_CODE.test(error.code) ? error.code : 'ValidationError';
      const message = error instanceof Error ? error.message : String(error);
      return xml(400, {
        ErrorResponse: { Error: { Type: 'Sender', Code: code, Message: message }, RequestId: 'rehearsal' },
      });
    }
  }

  private async answer(action: string, form: URLSearchParams, request: AwsRequest): Promise<unknown> {
    const { account, region } = request;
    const stackName = stackNameIn(form);
    const at = { account, region, stackName };
    const changeSetName = changeSetNameIn(form);
    const { ledger } = this.host;
    switch (action) {
      case 'DescribeStacks':
        return { Stacks: members(this.stacksOf(at).map((stack) => stackAnswer(stack, this.statusOf(stack)))) };
      case 'ListStacks':
        return {
          StackSummaries: members(
            this.stacksOf({ account, region, stackName: '' }).map((stack) => stackAnswer(stack, this.statusOf(stack))),
          ),
        };
      case 'GetTemplate':
        return { TemplateBody: JSON.stringify(this.stack(at).template) };
      case 'GetTemplateSummary':
      case 'ValidateTemplate':
        return templateAnswer(
          form.has('TemplateBody') || form.has('TemplateURL')
            ? await this.templateOf(form, at)
            : (this.stack(at).template as unknown as Template),
        );
      case 'ListStackResources':
        return { StackResourceSummaries: members(resourceAnswers(this.stack(at))) };
      case 'DescribeStackResources':
        return { StackResources: members(resourceAnswers(this.stack(at))) };
      case 'DescribeStackResource':
        return { StackResourceDetail: this.resource(at, form.get('LogicalResourceId') ?? '') };
      case 'DescribeStackEvents':
        return { StackEvents: members([...(this.events.get(keyOf(at)) ?? [])].reverse()) };
      case 'ListExports':
        return {
          Exports: members(
            this.stacksOf({ account, region, stackName: '' }).flatMap((stack) =>
              Object.values(stack.outputs)
                .filter((output) => output.exportName)
                .map(({ exportName: Name, value: Value }) => ({ ExportingStackId: stack.stackId, Name, Value })),
            ),
          ),
        };
      case 'ListImports':
        return { Imports: members(ledger.importers(account, region, form.get('ExportName') ?? '')) };
      case 'CreateChangeSet':
        return this.createChangeSet(form, request, at, changeSetName);
      case 'DescribeChangeSet':
        return this.describeChangeSet(at, changeSetName);
      case 'ListChangeSets':
        return {
          Summaries: members(
            [...this.changeSets.keys()]
              .filter((key) => key.startsWith(`${keyOf(at)}/`))
              .map((key) => this.describeChangeSet(at, key.slice(keyOf(at).length + 1))),
          ),
        };
      case 'DeleteChangeSet':
        this.changeSets.delete(`${keyOf(at)}/${changeSetName}`);
        return {};
      case 'ExecuteChangeSet': {
        const { changeSet, status } = this.pending(at, changeSetName);
        if (status === 'FAILED')
          throw new SaiondoError(`ChangeSet [${changeSetName}] cannot be executed in its current status of [FAILED]`, {
            code: 'InvalidChangeSetStatus',
          });
        refuseUnexecutable(changeSet, ledger.get(account, region, stackName));
        this.begin(at, () => deploy(changeSet, this.deploymentHost(at)));
        return {};
      }
      case 'CreateStack':
      case 'UpdateStack':
        return this.deployAtOnce(action, form, at);
      case 'DeleteStack': {
        const retain = listIn(form, 'RetainResources.member');
        refuseDeletion(ledger.get(account, region, stackName), ledger, retain);
        for (const key of [...this.changeSets.keys()]) if (key.startsWith(`${keyOf(at)}/`)) this.changeSets.delete(key);
        this.begin(at, () => deleteStack(at, this.deploymentHost(at), retain));
        return {};
      }
      case 'ContinueUpdateRollback':
        return this.continueRollback(at);
      case 'GetStackPolicy': {
        const { stackPolicy } = this.stack(at);
        return stackPolicy ? { StackPolicyBody: JSON.stringify(stackPolicy) } : {};
      }
      case 'SetStackPolicy':
        ledger.put({ ...this.stack(at), stackPolicy: policyIn(form) as Record<string, unknown> });
        return {};
      case 'UpdateTerminationProtection':
        ledger.put({ ...this.stack(at), terminationProtection: form.get('EnableTerminationProtection') === 'true' });
        return { StackId: stackIdOf(at) };
      default:
        throw new SaiondoError(`the rehearsal does not answer CloudFormation's ${action}`, { code: 'InvalidAction' });
    }
  }

  private async createChangeSet(
    form: URLSearchParams,
    request: AwsRequest,
    at: StackAddress,
    changeSetName: string,
  ): Promise<unknown> {
    const changeSet = await this.changeSetOf(form, at);
    this.changeSets.set(`${keyOf(at)}/${changeSetName}`, {
      changeSet,
      status: changeSet.empty ? 'FAILED' : 'CREATE_COMPLETE',
      reason: changeSet.empty ? NO_CHANGES : '',
      type: form.get('ChangeSetType') ?? 'UPDATE',
    });
    return { Id: changeSetId(request, changeSetName), StackId: stackIdOf(at) };
  }

  private async changeSetOf(form: URLSearchParams, at: StackAddress): Promise<ChangeSet> {
    const { ledger, parameterSource } = this.host;
    const deployed = ledger.get(at.account, at.region, at.stackName);
    const template =
      form.get('UsePreviousTemplate') === 'true'
        ? (this.stack(at).template as unknown as Template)
        : await this.templateOf(form, at);
    const given = parametersIn(form, template, deployed);
    const stackPolicy = form.has('StackPolicyBody') ? policyIn(form) : undefined;
    return computeChangeSet(
      {
        ...at,
        template,
        file: `${at.stackName}.template.json`,
        parameters: await resolveParameters(template, given, at, parameterSource),
        given,
        tags: tagsIn(form),
        capabilities: listIn(form, 'Capabilities.member'),
        ...(stackPolicy ? { stackPolicy } : {}),
      },
      ledger,
    );
  }

  private async templateOf(form: URLSearchParams, at: StackAddress): Promise<Template> {
    const url = form.get('TemplateURL');
    const body =
      form.get('TemplateBody') ?? (url ? await this.host.readTemplate(at.account, at.region, url) : undefined);
    if (!body)
      throw new SaiondoError('Either Template URL or Template Body must be specified.', { code: 'ValidationError' });
    return parseTemplate(body, `${at.stackName || 'template'}.template.json`);
  }

  private describeChangeSet(at: StackAddress, changeSetName: string): Record<string, unknown> {
    const { changeSet, status, reason } = this.pending(at, changeSetName);
    const { id, revision } = changeSet;
    const stack = this.host.ledger.get(at.account, at.region, at.stackName);
    const executed =
      stack?.lastChangeSet?.id === id
        ? stack.lastChangeSet.reason
          ? 'EXECUTE_FAILED'
          : 'EXECUTE_COMPLETE'
        : undefined;
    const open = revision === (stack?.revision ?? 0) ? 'AVAILABLE' : 'OBSOLETE';
    return {
      ChangeSetName: changeSetName,
      ChangeSetId: changeSetId(at, changeSetName),
      StackName: at.stackName,
      StackId: stackIdOf(at),
      Status: status,
      StatusReason: reason,
      ExecutionStatus: status === 'FAILED' ? 'UNAVAILABLE' : (executed ?? open),
      Changes: members(changeAnswers(changeSet)),
    };
  }

  private async deployAtOnce(
    action: 'CreateStack' | 'UpdateStack',
    form: URLSearchParams,
    at: StackAddress,
  ): Promise<unknown> {
    const deployed = this.host.ledger.get(at.account, at.region, at.stackName);
    if (action === 'CreateStack' && deployed)
      throw new SaiondoError(`Stack [${at.stackName}] already exists`, { code: 'AlreadyExistsException' });
    if (action === 'UpdateStack') this.stack(at);
    const changeSet = await this.changeSetOf(form, at);
    if (changeSet.empty) throw new SaiondoError('No updates are to be performed.', { code: 'ValidationError' });
    this.begin(at, () => deploy(changeSet, this.deploymentHost(at)));
    return { StackId: stackIdOf(at) };
  }

  /** Here a rollback that failed has nothing left to put back by itself: the stack is usable again, as it is recorded. */
  private continueRollback(at: StackAddress): unknown {
    const stack = this.stack(at);
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED')
      throw new SaiondoError(`Stack:${stack.stackId} is in ${stack.status} state and can not be rolled back.`, {
        code: 'ValidationError',
      });
    this.host.ledger.put({ ...stack, status: 'UPDATE_ROLLBACK_COMPLETE' });
    return {};
  }

  /** Works in the background, as CloudFormation does: callers poll the stack's state and events. */
  private begin(at: StackAddress, work: () => Promise<unknown>): void {
    const key = keyOf(at);
    const exists = this.host.ledger.get(at.account, at.region, at.stackName) !== undefined;
    this.deploying.set(key, exists ? 'UPDATE_IN_PROGRESS' : 'CREATE_IN_PROGRESS');
    work()
      .then(() => this.deploying.delete(key))
      .catch((error: unknown) => {
        this.deploying.delete(key);
        this.record(at, {
          logicalId: at.stackName,
          type: 'AWS::CloudFormation::Stack',
          status: exists ? 'UPDATE_FAILED' : 'CREATE_FAILED',
          reason: error instanceof Error ? error.message : String(error),
        });
      });
  }

  private deploymentHost(at: StackAddress): DeploymentHost {
    return {
      ...this.host,
      environment: at.stackName,
      emit: (event) => {
        if (event.kind === 'resource.status') this.record(at, event);
        if (event.kind === 'stack.status') {
          this.deploying.set(keyOf(at), event.status);
          this.record(at, {
            ...event,
            logicalId: at.stackName,
            type: 'AWS::CloudFormation::Stack',
            physicalId: stackIdOf(at),
          });
        }
        this.host.emit(event);
      },
    };
  }

  private record(
    at: StackAddress,
    event: { logicalId: string; type: string; status: string; reason?: string; physicalId?: string },
  ): void {
    const events = this.events.get(keyOf(at)) ?? [];
    this.events.set(keyOf(at), events);
    events.push({
      EventId: `${++this.count}`,
      StackId: stackIdOf(at),
      StackName: at.stackName,
      LogicalResourceId: event.logicalId,
      PhysicalResourceId: event.physicalId ?? '',
      ResourceType: event.type,
      ResourceStatus: event.status,
      ResourceStatusReason: event.reason ?? '',
      Timestamp: new Date().toISOString(),
    });
  }

  private statusOf(stack: DeployedStack): string {
    return this.deploying.get(keyOf(stack)) ?? stack.status;
  }

  /** The named stack, or all of the account and region. A stack that is only reviewed or being created is none of the ledger's yet. */
  private stacksOf(at: StackAddress): readonly DeployedStack[] {
    const { account, region, stackName } = at;
    if (!stackName)
      return this.host.ledger.list().filter((stack) => stack.account === account && stack.region === region);
    const key = keyOf(at);
    const reviewed = [...this.changeSets].some(([name, one]) => name.startsWith(`${key}/`) && one.type === 'CREATE');
    const status = this.deploying.get(key) ?? (reviewed ? 'REVIEW_IN_PROGRESS' : undefined);
    const found = this.host.ledger.get(account, region, stackName);
    if (found || !status) return [this.stack(at)];
    const none = { template: {}, parameters: {}, tags: {}, outputs: {}, resources: {} };
    return [{ ...at, ...none, stackId: stackIdOf(at), status, updatedAt: new Date().toISOString() }];
  }

  private stack(at: StackAddress): DeployedStack {
    const stack = this.host.ledger.get(at.account, at.region, at.stackName);
    if (!stack) throw new SaiondoError(`Stack with id ${at.stackName} does not exist`, { code: 'ValidationError' });
    return stack;
  }

  private resource(at: StackAddress, logicalId: string): Record<string, unknown> {
    const found = resourceAnswers(this.stack(at)).find((one) => one.LogicalResourceId === logicalId);
    if (!found)
      throw new SaiondoError(`Resource ${logicalId} does not exist for stack ${at.stackName}`, {
        code: 'ValidationError',
      });
    return found;
  }

  private pending(at: StackAddress, name: string): Pending {
    const pending = this.changeSets.get(`${keyOf(at)}/${name}`);
    if (!pending) throw new SaiondoError(`ChangeSet [${name}] does not exist`, { code: 'ChangeSetNotFound' });
    return pending;
  }
}

function keyOf({ account, region, stackName }: StackAddress): string {
  return `${account}/${region}/${stackName}`;
}

function changeSetId(at: { account: string; region: string }, name: string): string {
  return `arn:aws:cloudformation:${at.region}:${at.account}:changeSet/${name}/00000000-0000-4000-8000-000000000000`;
}

function xml(status: number, content: Record<string, unknown>): AwsResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: String(builder.build(content)) };
}
