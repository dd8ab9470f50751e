import { XMLBuilder } from 'fast-xml-parser';
import { SaiondoError } from '../../model/errors';
import type { AwsRequest, AwsResponse } from '../local/front';
import { computeChangeSet, stackIdOf, type ChangeSet } from './change-set';
import { deploy, type DeploymentHost } from './deployment';
import { resolveParameters, type ParameterSource } from './parameters';
import type { Template } from './template';

/** What CloudFormation's API needs besides the ledger. */
export interface CloudFormationApiHost extends Omit<DeploymentHost, 'environment'> {
  /** A template by its S3 address. */
  readonly readTemplate: (account: string, region: string, url: string) => Promise<string>;
  readonly parameterSource: ParameterSource;
}

interface Pending {
  changeSet: ChangeSet;
  status: string;
  reason: string;
  type: string;
}

const builder = new XMLBuilder({ ignoreAttributes: true, suppressEmptyNode: true });

/**
 * CloudFormation's API over the ledger, in its Query protocol: the operations that `cdk deploy` calls, so that self-mutation deploys the
 * pipeline with the real CLI (CloudFormation API Reference).
 */
export class CloudFormationApi {
  private readonly changeSets = new Map<string, Pending>();
  private readonly events = new Map<string, Record<string, unknown>[]>();
  private readonly deploying = new Map<string, string>();
  private count = 0;

  constructor(private readonly host: CloudFormationApiHost) {}

  /** Answers a request; undefined leaves operations that it does not know to the endpoint behind. */
  async handle(request: AwsRequest): Promise<AwsResponse | undefined> {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const action = form.get('Action') ?? '';
    try {
      const result = await this.answer(action, form, request);
      return xml(200, {
        [`${action}Response`]: { [`${action}Result`]: result, ResponseMetadata: { RequestId: 'rehearsal' } },
      });
    } catch (error) {
      const code = error instanceof SaiondoError && error.code !== 'TEMPLATE_INVALID' ? error.code : 'ValidationError';
      const message = error instanceof Error ? error.message : String(error);
      return xml(400, {
        ErrorResponse: {
          Error: { Type: 'Sender', Code: /^[A-Z_]+$/.test(code) ? 'ValidationError' : code, Message: message },
          RequestId: 'rehearsal',
        },
      });
    }
  }

  private async answer(action: string, form: URLSearchParams, request: AwsRequest): Promise<unknown> {
    const { account, region } = request;
    const stackName = nameOf(form.get('StackName') ?? '');
    const key = `${account}/${region}/${stackName}`;
    const changeSetName = (form.get('ChangeSetName') ?? '').replace(/^arn:.*:changeSet\/([^/]+)\/.*$/, '$1');
    switch (action) {
      case 'DescribeStacks':
        return { Stacks: this.describeStacks(account, region, stackName) };
      case 'GetTemplate':
        return { TemplateBody: JSON.stringify(this.stack(account, region, stackName).template) };
      case 'GetTemplateSummary':
        return {};
      case 'ListStacks':
        return {
          StackSummaries: {
            member: this.host.ledger
              .list()
              .map((stack) => ({ StackName: stack.stackName, StackId: stack.stackId, StackStatus: stack.status })),
          },
        };
      case 'ListStackResources':
      case 'DescribeStackResources': {
        const member = Object.values(this.stack(account, region, stackName).resources).map((one) => ({
          LogicalResourceId: one.logicalId,
          PhysicalResourceId: one.physicalId,
          ResourceType: one.type,
          ResourceStatus: 'CREATE_COMPLETE',
        }));
        return action === 'ListStackResources'
          ? { StackResourceSummaries: { member } }
          : { StackResources: { member } };
      }
      case 'CreateChangeSet':
        return this.createChangeSet(form, request, stackName, changeSetName, key);
      case 'DescribeChangeSet': {
        const { changeSet, status, reason } = this.pending(key, changeSetName);
        return {
          ChangeSetName: changeSetName,
          ChangeSetId: changeSetId(request, changeSetName),
          StackName: stackName,
          StackId: stackIdOf({ account, region, stackName }),
          Status: status,
          StatusReason: reason,
          ExecutionStatus: status === 'CREATE_COMPLETE' ? 'AVAILABLE' : 'UNAVAILABLE',
          Changes: {
            member: changeSet.changes.map((change) => ({
              Type: 'Resource',
              ResourceChange: {
                Action: change.action,
                LogicalResourceId: change.logicalId,
                PhysicalResourceId: change.physicalId ?? '',
                ResourceType: change.type,
                Replacement: change.replacement ?? '',
              },
            })),
          },
        };
      }
      case 'DeleteChangeSet':
        this.changeSets.delete(`${key}/${changeSetName}`);
        return {};
      case 'ExecuteChangeSet': {
        const { changeSet } = this.pending(key, changeSetName);
        void this.execute(key, changeSet);
        return {};
      }
      case 'DescribeStackEvents':
        return { StackEvents: { member: [...(this.events.get(key) ?? [])].reverse() } };
      case 'UpdateTerminationProtection':
        return { StackId: stackIdOf({ account, region, stackName }) };
      default:
        throw new SaiondoError(`the rehearsal does not answer CloudFormation's ${action}`, { code: 'InvalidAction' });
    }
  }

  private async createChangeSet(
    form: URLSearchParams,
    request: AwsRequest,
    stackName: string,
    changeSetName: string,
    key: string,
  ): Promise<unknown> {
    const { account, region } = request;
    const url = form.get('TemplateURL');
    const body = form.get('TemplateBody') ?? (url ? await this.host.readTemplate(account, region, url) : undefined);
    if (!body) throw new SaiondoError('CreateChangeSet needs TemplateBody or TemplateURL', { code: 'ValidationError' });
    const template = JSON.parse(body) as Template;
    const given: Record<string, string> = {};
    for (let i = 1; form.has(`Parameters.member.${i}.ParameterKey`); i++) {
      const value = form.get(`Parameters.member.${i}.ParameterValue`);
      if (value !== null) given[form.get(`Parameters.member.${i}.ParameterKey`) ?? ''] = value;
    }
    const tags: Record<string, string> = {};
    for (let i = 1; form.has(`Tags.member.${i}.Key`); i++)
      tags[form.get(`Tags.member.${i}.Key`) ?? ''] = form.get(`Tags.member.${i}.Value`) ?? '';
    const parameters = await resolveParameters(
      template,
      given,
      { account, region, stackName },
      this.host.parameterSource,
    );
    const changeSet = computeChangeSet(
      { account, region, stackName, template, file: `${stackName}.template.json`, parameters, tags },
      this.host.ledger,
    );
    const previous = this.host.ledger.get(account, region, stackName);
    const same =
      changeSet.changes.length === 0 &&
      previous !== undefined &&
      JSON.stringify(previous.template) === JSON.stringify(template);
    this.changeSets.set(`${key}/${changeSetName}`, {
      changeSet,
      status: same ? 'FAILED' : 'CREATE_COMPLETE',
      reason: same
        ? "The submitted information didn't contain changes. Submit different information to create a change set."
        : '',
      type: form.get('ChangeSetType') ?? 'UPDATE',
    });
    return { Id: changeSetId(request, changeSetName), StackId: stackIdOf({ account, region, stackName }) };
  }

  private async execute(key: string, changeSet: ChangeSet): Promise<void> {
    const { stackName } = changeSet;
    this.deploying.set(
      key,
      this.host.ledger.get(changeSet.account, changeSet.region, stackName)
        ? 'UPDATE_IN_PROGRESS'
        : 'CREATE_IN_PROGRESS',
    );
    const events = this.events.get(key) ?? [];
    this.events.set(key, events);
    const record = (event: {
      logicalId: string;
      type: string;
      status: string;
      reason?: string;
      physicalId?: string;
    }): void => {
      events.push({
        EventId: `${++this.count}`,
        StackId: stackIdOf(changeSet),
        StackName: stackName,
        LogicalResourceId: event.logicalId,
        PhysicalResourceId: event.physicalId ?? '',
        ResourceType: event.type,
        ResourceStatus: event.status,
        ResourceStatusReason: event.reason ?? '',
        Timestamp: new Date().toISOString(),
      });
    };
    try {
      const result = await deploy(changeSet, {
        ...this.host,
        environment: stackName,
        emit: (event) => {
          if (event.kind === 'resource.status') record(event);
          if (event.kind === 'stack.status')
            record({
              ...event,
              logicalId: stackName,
              type: 'AWS::CloudFormation::Stack',
              physicalId: stackIdOf(changeSet),
            });
          this.host.emit(event);
        },
      });
      if ('stack' in result) this.deploying.delete(key);
      else this.deploying.set(key, result.status);
    } catch (error) {
      this.deploying.set(key, 'UPDATE_ROLLBACK_FAILED');
      record({
        logicalId: stackName,
        type: 'AWS::CloudFormation::Stack',
        status: 'UPDATE_ROLLBACK_FAILED',
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }

  private describeStacks(account: string, region: string, stackName: string): unknown {
    const stacks = stackName
      ? [this.stackOrPending(account, region, stackName)]
      : this.host.ledger.list().filter((stack) => stack.account === account && stack.region === region);
    return {
      member: stacks.map((stack) => ({
        StackName: stack.stackName,
        StackId: stack.stackId,
        StackStatus: this.deploying.get(`${account}/${region}/${stack.stackName}`) ?? stack.status,
        CreationTime: stack.updatedAt,
        EnableTerminationProtection: false,
        Outputs: {
          member: Object.entries(stack.outputs).map(([name, output]) => ({
            OutputKey: name,
            OutputValue: output.value,
            ExportName: output.exportName ?? '',
          })),
        },
        Parameters: {
          member: Object.entries(stack.parameters).map(([name, value]) => ({
            ParameterKey: name,
            ParameterValue: value,
          })),
        },
        Tags: { member: Object.entries(stack.tags).map(([name, value]) => ({ Key: name, Value: value })) },
      })),
    };
  }

  private stackOrPending(account: string, region: string, stackName: string): ReturnType<CloudFormationApi['stack']> {
    const key = `${account}/${region}/${stackName}`;
    const found = this.host.ledger.get(account, region, stackName);
    const pending =
      this.deploying.get(key) ??
      [...this.changeSets].find(([name, one]) => name.startsWith(`${key}/`) && one.type === 'CREATE')?.[0];
    if (found || !pending) return this.stack(account, region, stackName);
    return {
      stackName,
      stackId: stackIdOf({ account, region, stackName }),
      account,
      region,
      status: this.deploying.get(key) ?? 'REVIEW_IN_PROGRESS',
      template: {},
      parameters: {},
      tags: {},
      outputs: {},
      resources: {},
      updatedAt: new Date().toISOString(),
    };
  }

  private stack(
    account: string,
    region: string,
    stackName: string,
  ): NonNullable<ReturnType<DeploymentHost['ledger']['get']>> {
    const stack = this.host.ledger.get(account, region, stackName);
    if (!stack) throw new SaiondoError(`Stack with id ${stackName} does not exist`, { code: 'ValidationError' });
    return stack;
  }

  private pending(key: string, name: string): Pending {
    const pending = this.changeSets.get(`${key}/${name}`);
    if (!pending) throw new SaiondoError(`ChangeSet [${name}] does not exist`, { code: 'ChangeSetNotFound' });
    return pending;
  }
}

function nameOf(stack: string): string {
  return /:stack\/([^/]+)\//.exec(stack)?.[1] ?? stack;
}

function changeSetId(request: { account: string; region: string }, name: string): string {
  return `arn:aws:cloudformation:${request.region}:${request.account}:changeSet/${name}/00000000-0000-4000-8000-000000000000`;
}

function xml(status: number, content: Record<string, unknown>): AwsResponse {
  return { status, headers: { 'content-type': 'text/xml' }, body: String(builder.build(content)) };
}
