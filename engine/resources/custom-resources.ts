import { isDeepStrictEqual } from 'node:util';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Provisioned, Provisioner, ProvisionRequest } from '../ports/provisioner';
import { randomUUID } from 'node:crypto';
import type { Actor } from '../ports/local-aws';
import { answerAwsCall, type AwsCallHost } from './aws-custom-resource';
import { deployToBucket } from './bucket-deployment';
import type { RunNetwork } from '../ports/network';
import type { Isolation } from '../ports/isolation';
import { checkCode, checkRuntime } from './function-checks';
import type { LambdaFunction } from '../functions/lambda-function';
import type { FunctionCall } from '../functions/run-function';
import { callFunction, whyNotAnswered } from './inline-function';

/** What custom resources are answered with. */
export interface CustomResourceHost extends AwsCallHost {
  /** The environment of a process that acts in an account and region. */
  readonly environment: (account: string, region: string, actor: Actor) => Readonly<Record<string, string>>;
  /** Ends the credentials of a call. */
  readonly end: (actor: string) => void;
  /** How the functions of templates are started. */
  readonly isolation: () => Isolation;
  /** Lets a function reach the address that it answers to. */
  readonly network: Pick<RunNetwork, 'expose' | 'conceal'>;
  /** Reads an object of S3, for its status. */
  readonly readObject?: (
    account: string,
    region: string,
    bucket: string,
    key: string,
  ) => Promise<{ status: number; text: string }>;
  /** What a call of a deployed function takes besides the function: its code where that is in a bucket, and a Python. */
  readonly parts?: (account: string, region: string, lambda: LambdaFunction) => Pick<FunctionCall, 'code' | 'python'>;
  /** Every deployed function, by `account/region/name`. */
  readonly deployed?: Map<string, LambdaFunction>;
  /** Makes a function in the local AWS endpoint too. */
  readonly functions?: Provisioner;
}

/** Types whose effect is on something that is only recorded here: there is nothing to do, and nothing to miss. */
const NOTHING_TO_DO: Readonly<Record<string, string>> = {
  'Custom::LogRetention': 'log groups are only recorded here',
  'Custom::VpcRestrictDefaultSG': 'networks are only recorded here',
  'Custom::ECRAutoDeleteImages': 'the local registry keeps its images',
};

/**
 * The custom resources whose functions the CDK brings along, each answered as its function would (aws-cdk-lib, `custom-resource-handlers`):
 * objects are deleted with their bucket, files deployed to a bucket, AWS called, exports carried between regions. Of the others those are
 * answered whose function's code stands in a template: it is called. What is left is not rehearsed, and said so.
 */
export function customResourceProvisioners(host: CustomResourceHost): [string, Provisioner][] {
  const functions = host.deployed ?? new Map<string, LambdaFunction>();
  return [
    ['AWS::Lambda::Function', remembered(functions, host)],
    ['AWS::CloudFormation::CustomResource', inlineResource(functions, host)],
    ['Custom::S3AutoDeleteObjects', autoDeleteObjects(host)],
    ['Custom::CDKBucketDeployment', onceForEach((request) => deployToBucket(request, (at) => s3(host, at)))],
    ['Custom::AWS', awsCustomResource(host)],
    ['Custom::CrossRegionExportWriter', exportWriter(host)],
    ['Custom::CrossRegionExportReader', onceForEach(readExports)],
    ...Object.entries(NOTHING_TO_DO).map(([type, detail]): [string, Provisioner] => [
      type,
      { ensure: async () => ({ standing: 'recorded', detail }) },
    ]),
  ];
}

/** Functions as they are deployed: a custom resource finds its own though its stack is not complete yet. */
function remembered(
  functions: Map<string, LambdaFunction>,
  host: Pick<CustomResourceHost, 'functions' | 'readObject'>,
): Provisioner {
  const key = (account: string, region: string, name: string): string => `${account}/${region}/${name}`;
  return {
    async ensure(request) {
      const { account, region, physicalId, properties, previous } = request;
      checkRuntime(properties.Runtime);
      const { readObject } = host;
      // Lambda keeps the code that it has: an object of an unchanged function may be gone.
      const unknown =
        readObject && !isDeepStrictEqual(previous?.properties.Code, properties.Code)
          ? await checkCode(properties.Code, (bucket, key) => readObject(account, region, bucket, key))
          : undefined;
      functions.set(key(account, region, physicalId), properties as LambdaFunction);
      if (unknown !== undefined)
        return { standing: 'recorded', notRehearsed: `AWS::Lambda::Function ${physicalId}: ${unknown}` };
      return (await host.functions?.ensure(request)) ?? { standing: 'recorded' };
    },
    async remove(resource, account, region, stackName) {
      functions.delete(key(account, region, resource.physicalId));
      await host.functions?.remove?.(resource, account, region, stackName);
    },
  };
}

function inlineResource(functions: ReadonlyMap<string, LambdaFunction>, host: CustomResourceHost): Provisioner {
  const functionOf = ({ ServiceToken }: Readonly<Record<string, unknown>>): LambdaFunction | undefined => {
    const [, region, account, name] =
      /^arn:[^:]*:lambda:([^:]*):(\d{12}):function:([^:]+)/.exec(String(ServiceToken)) ?? [];
    return functions.get(`${account ?? ''}/${region ?? ''}/${name ?? ''}`);
  };
  return onceForEach(
    async (request) => {
      const { previous, properties, type } = request;
      const lambda = functionOf(properties);
      const why = whyNotAnswered(lambda);
      if (!lambda || why) return { standing: 'recorded', notRehearsed: `${type}: ${why ?? ''}` };
      return calledAs(host, lambda, request, previous ? 'Update' : 'Create');
    },
    async (resource, account, region, stackName) => {
      const lambda = functionOf(resource.properties);
      if (!lambda || resource.notRehearsed || whyNotAnswered(lambda)) return;
      const request = { ...resource, account, region, stackName, previous: resource };
      await calledAs(host, lambda, request, 'Delete');
    },
  );
}

/** Calls a function with credentials of its own role, for as long as the call takes. */
async function calledAs(
  host: CustomResourceHost,
  lambda: LambdaFunction,
  request: ProvisionRequest,
  type: 'Create' | 'Update' | 'Delete',
): Promise<Provisioned> {
  const { account, region } = request;
  const actor: Actor = { kind: 'function', id: `function-${randomUUID()}`, roleArn: String(lambda.Role ?? '') };
  try {
    const environment = host.environment(account, region, actor);
    const parts = host.parts?.(account, region, lambda);
    return await callFunction(lambda, request, type, environment, host.isolation(), host.network, parts);
  } finally {
    host.end(actor.id);
  }
}

/** A function is called when properties change, not when the machine brings back what stands. */
function onceForEach(
  answer: (request: ProvisionRequest) => Promise<Provisioned>,
  remove?: Provisioner['remove'],
): Provisioner {
  return {
    async ensure(request) {
      const { previous, properties } = request;
      if (previous && !previous.notRehearsed && isDeepStrictEqual(previous.properties, properties))
        return { standing: previous.standing, attributes: previous.attributes, physicalId: previous.physicalId };
      return answer(request);
    },
    ...(remove ? { remove } : {}),
  };
}

async function s3(host: CustomResourceHost, at: { account: string; region: string }): Promise<S3Client> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3Client } = await import('@aws-sdk/client-s3');
  return new S3Client({
    endpoint: host.endpoint.endpointUrl,
    region: at.region,
    forcePathStyle: true,
    credentials: host.endpoint.credentials(at.account),
  });
}

/** Empties the bucket when it goes, versions included. */
function autoDeleteObjects(host: CustomResourceHost): Provisioner {
  return {
    ensure: async () => ({ standing: 'real' }),
    async remove({ properties }, account, region) {
      const { DeleteObjectsCommand, ListObjectVersionsCommand, NoSuchBucket } = await import('@aws-sdk/client-s3');
      const client = await s3(host, { account, region });
      const Bucket = String(properties.BucketName);
      try {
        for (;;) {
          const listed = await client.send(new ListObjectVersionsCommand({ Bucket }));
          const Objects = [...(listed.Versions ?? []), ...(listed.DeleteMarkers ?? [])].flatMap(({ Key, VersionId }) =>
            Key ? [{ Key, ...(VersionId ? { VersionId } : {}) }] : [],
          );
          if (Objects.length === 0) return;
          await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
        }
      } catch (error) {
        if (!(error instanceof NoSuchBucket)) throw error;
      } finally {
        client.destroy();
      }
    },
  };
}

function awsCustomResource(host: CustomResourceHost): Provisioner {
  return onceForEach(
    (request) => answerAwsCall(host, request, request.previous ? 'Update' : 'Create'),
    async (resource, account, region, stackName) => {
      if (resource.properties.Delete)
        await answerAwsCall(host, { ...resource, account, region, stackName, previous: resource }, 'Delete');
    },
  );
}

/** `crossRegionReferences`: the exporting stack writes parameters into the reading stack's region. */
function exportWriter(host: CustomResourceHost): Provisioner {
  const propertiesOf = (
    properties: Readonly<Record<string, unknown>>,
  ): { region: string; exports: Record<string, string> } => {
    const { region = '', exports = {} } = (properties.WriterProps ?? {}) as {
      region?: string;
      exports?: Record<string, string>;
    };
    return { region, exports };
  };
  return {
    async ensure({ account, properties }) {
      const { region, exports } = propertiesOf(properties);
      for (const [name, value] of Object.entries(exports))
        await host.putParameter(account, region, name, String(value));
      return { standing: 'real' };
    },
    async remove({ properties }, account) {
      const { region, exports } = propertiesOf(properties);
      for (const name of Object.keys(exports)) await host.deleteParameter(account, region, name);
    },
  };
}

/** The parameters are dynamic references, filled in already; what was read is the resource's attributes. */
async function readExports({ properties }: ProvisionRequest): Promise<Provisioned> {
  const { imports = {} } = (properties.ReaderProps ?? {}) as { imports?: Record<string, string> };
  return { standing: 'real', attributes: imports };
}
