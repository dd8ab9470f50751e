import { isDeepStrictEqual } from 'node:util';
import { callQuery } from '../endpoint/aws-client';
import type { Upstream } from '../gateway/upstream';
import type { Provisioner, ProvisionRequest } from '../ports/provisioner';

/**
 * Types that the local AWS endpoint's own CloudFormation makes, with the property that names a resource of the type: the endpoint then has the resource,
 * under the name that it has here, for every client of it. (moto, `CloudFormationModel.cloudformation_type`.)
 */
const ENDPOINT_TYPES: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::ECR::Repository': 'RepositoryName',
  'AWS::Events::Archive': 'ArchiveName',
  'AWS::Events::EventBus': 'Name',
  'AWS::Events::Rule': 'Name',
  'AWS::IoT::Policy': 'PolicyName',
  'AWS::IoT::Thing': 'ThingName',
  'AWS::IoT::ThingType': 'ThingTypeName',
  'AWS::Kinesis::Stream': 'Name',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::SSM::Document': 'Name',
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
};

/** A provisioner for each type that the endpoint can be asked to make. @param endpoint the local AWS endpoint */
export function endpointResources(endpoint: () => Upstream): [string, Provisioner][] {
  return Object.entries(ENDPOINT_TYPES).map(([type, name]) => [type, new EndpointResource(endpoint, name)]);
}

/** Makes resources of one type in the endpoint, each as a stack of its own there: so the endpoint's own rules for properties and attributes are used. */
class EndpointResource implements Provisioner {
  /** The properties that each resource was made with in this run: the endpoint begins empty. */
  private readonly made = new Map<string, Readonly<Record<string, unknown>>>();

  constructor(
    private readonly endpoint: () => Upstream,
    private readonly nameProperty: string,
  ) {}

  async ensure({ account, region, type, physicalId, properties }: ProvisionRequest): ReturnType<Provisioner['ensure']> {
    const name = nameIn(physicalId);
    const key = [account, region, name].join('/');
    const before = this.made.get(key);
    if (before && isDeepStrictEqual(before, properties)) return { standing: 'real' };
    if (type === 'AWS::Lambda::Function') await this.ensureRole(account, region, properties.Role);
    const template = { Resources: { It: { Type: type, Properties: { ...properties, [this.nameProperty]: name } } } };
    const refusal = await this.call(account, region, before ? 'UpdateStack' : 'CreateStack', stackName(type, name), {
      TemplateBody: JSON.stringify(template),
    });
    // What the endpoint cannot change in place it keeps as it was made.
    if (refusal !== undefined && !before) return { standing: 'recorded', detail: `only recorded: ${refusal}` };
    this.made.set(key, properties);
    return { standing: 'real' };
  }

  async remove(
    { type, physicalId }: Parameters<NonNullable<Provisioner['remove']>>[0],
    account: string,
    region: string,
  ): Promise<void> {
    const name = nameIn(physicalId);
    this.made.delete([account, region, name].join('/'));
    await this.call(account, region, 'DeleteStack', stackName(type, name), {});
  }

  /** The endpoint takes no function whose role it does not have; roles are only recorded otherwise. */
  private async ensureRole(account: string, region: string, arn: unknown): Promise<void> {
    const parts = String(arn).split(':role/')[1]?.split('/') ?? [];
    const name = parts.pop();
    if (name === undefined || name === '') return;
    const path = ['', ...parts, ''].join('/');
    // One that is there stays as it is.
    await callQuery(this.endpoint(), account, region, 'iam', {
      Action: 'CreateRole',
      Version: '2010-05-08',
      RoleName: name,
      Path: path,
      AssumeRolePolicyDocument: JSON.stringify(LAMBDA_TRUST),
    });
  }

  /** @returns why the endpoint refused */
  private async call(
    account: string,
    region: string,
    action: string,
    stack: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<string | undefined> {
    const asked = { Action: action, Version: '2010-05-15', StackName: stack, ...parameters };
    const { status, text } = await callQuery(this.endpoint(), account, region, 'cloudformation', asked);
    if (status < 300) return undefined;
    return (/<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? text.slice(0, 200)).trim() || `status ${status}`;
  }
}

const LAMBDA_TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
};

/** The name in a resource's id: the last part of an ARN or URL; a rule's without its bus. */
function nameIn(physicalId: string): string {
  if (/^(arn:|https?:)/.test(physicalId)) return physicalId.split(/[:/]/).pop() ?? physicalId;
  return physicalId.split('|').pop() ?? physicalId;
}

/** The endpoint's stack of a resource. */
function stackName(type: string, name: string): string {
  return `${type}-${name}`.replace(/[^A-Za-z0-9]+/g, '-');
}
