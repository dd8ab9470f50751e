import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../../../model/errors';
import type { ActionContext, ActionResult } from '../../../ports/action';
import type { ProvisionRequest, Provisioners } from '../../../ports/provisioner';
import { failureOf } from '../../../ports/failure';
import type { ResourceOfStack, StackLedger } from '../../../ports/ledger';
import { optional, required, type ActionProvider } from '../../actions/action-provider';
import { accountOf } from '../../../../model/pipeline';

/** Bytes of an image definitions file (CodePipeline User Guide, "imagedefinitions.json file for Amazon ECS standard deployment actions"). */
const MOST_BYTES = 100 * 1024;

interface ContainerDefinition {
  readonly Name?: string;
  readonly Image?: string;
}

/**
 * ECS: a new revision of the task definition that the service uses, with the images of imagedefinitions.json, rolled out as containers of this
 * machine. The stack that made the service does not learn of it, as in AWS; so the next rehearsal begins with the stack's own images again.
 */
export const ecs: ActionProvider = {
  kinds: ['Deploy/AWS/ECS'],
  reference: 'Amazon Elastic Container Service deploy action reference',
  configuration: { ClusterName: required, ServiceName: required, FileName: optional, DeploymentTimeout: optional },
  inputs: [1, 1],
  outputs: [0, 0],
  check: ({ configuration: { DeploymentTimeout: minutes } }, add) => {
    if (minutes === undefined || minutes.includes('#{')) return;
    if (!/^\d+$/.test(minutes) || Number(minutes) < 1 || Number(minutes) > 60)
      add('.Configuration.DeploymentTimeout', `${minutes} is not a number of minutes from 1 to 60`);
  },
  needs: (_action, { containers }) => (containers ? [] : ['docker']),
  run: async (context, { provisioners }) => {
    try {
      return await deploy(context, provisioners);
    } catch (error) {
      if (context.signal.aborted) return { status: 'Abandoned', summary: 'the deployment was stopped' };
      return { status: 'Failed', failure: failureOf(error, 'JobFailed') };
    }
  },
};

async function deploy(context: ActionContext, provisioners: Provisioners): Promise<ActionResult> {
  const { action, inputs, ledger, local, pipeline, signal } = context;
  if (!local.containers)
    return { status: 'NotRehearsed', missing: ['docker'], summary: 'services need a container engine' };
  const {
    ClusterName: cluster = '',
    ServiceName: name = '',
    FileName: file = 'imagedefinitions.json',
  } = action.configuration;
  const images = readImages(path.join(inputs[0]?.path ?? '', path.normalize(`/${file}`)), file);
  const account = accountOf(action, pipeline);
  const service = findService(ledger, { account, region: action.region, cluster, name });
  const used = String(service.properties.TaskDefinition ?? '');
  const definition = ledger
    .resources('AWS::ECS::TaskDefinition', account, action.region)
    .find((one) => one.physicalId === used);
  if (!definition)
    throw new SaiondoError(`no deployed stack has the task definition ${used} of the service ${name}`, {
      code: 'ConfigurationError',
    });
  const revision = nextRevision(used);
  const request = (
    of: ResourceOfStack,
    change: Pick<ProvisionRequest, 'physicalId' | 'properties'>,
  ): ProvisionRequest => ({
    account,
    region: action.region,
    stackName: of.stack.stackName,
    logicalId: of.logicalId,
    type: of.type,
    previous: of,
    signal,
    ...change,
  });
  const started = performance.now();
  await provisioners
    .get(definition.type)
    ?.ensure(request(definition, { physicalId: revision, properties: withImages(definition, images, file) }));
  const rolled = await provisioners.get(service.type)?.ensure(
    request(service, {
      physicalId: service.physicalId,
      properties: { ...service.properties, TaskDefinition: revision },
    }),
  );
  return {
    status: 'Succeeded',
    externalExecutionId: revision,
    summary: [...images.values()].join(', ') + (rolled?.detail ? ` at ${rolled.detail}` : ''),
    commandSeconds: (performance.now() - started) / 1000,
  };
}

/** @throws SaiondoError `ConfigurationError` with the file's place */
function readImages(at: string, file: string): Map<string, string> {
  const fail = (message: string): never => {
    throw new SaiondoError(message, {
      code: 'ConfigurationError',
      where: { file },
      next: 'expected [{ "name": CONTAINER, "imageUri": IMAGE }, …]',
    });
  };
  if (!fs.existsSync(at) || !fs.statSync(at).isFile()) return fail(`the input artifact has no file ${file}`);
  if (fs.statSync(at).size > MOST_BYTES) return fail(`${file} has more than ${MOST_BYTES} bytes`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(fs.readFileSync(at, 'utf8'));
  } catch (cause) {
    return fail(`${file} is not JSON: ${(cause as Error).message}`);
  }
  const list = (Array.isArray(parsed) ? parsed : []) as { name?: unknown; imageUri?: unknown }[];
  const right = list.every((one) => typeof one?.name === 'string' && typeof one.imageUri === 'string');
  if (list.length === 0 || !right) return fail(`${file} is not a list of containers with their images`);
  return new Map(list.map((one) => [String(one.name), String(one.imageUri)]));
}

function findService(
  ledger: StackLedger,
  { account, region, cluster, name }: { account: string; region: string; cluster: string; name: string },
): ResourceOfStack {
  const services = ledger.resources('AWS::ECS::Service', account, region);
  const nameOf = (one: ResourceOfStack): string =>
    String(one.properties.ServiceName ?? one.physicalId.split('/').at(-1) ?? one.physicalId);
  const found = services.find(
    (one) =>
      nameOf(one) === name &&
      String(one.properties.Cluster ?? 'default')
        .split('/')
        .at(-1) === cluster,
  );
  if (found) return found;
  throw new SaiondoError(`account ${account} has no service ${name} in a cluster ${cluster}`, {
    code: 'ConfigurationError',
    next: `its services: ${
      services
        .map(
          (one) =>
            `${
              String(one.properties.Cluster ?? 'default')
                .split('/')
                .at(-1) ?? ''
            }/${nameOf(one)}`,
        )
        .join(', ') || 'none'
    }`,
  });
}

function withImages(
  { properties }: ResourceOfStack,
  images: ReadonlyMap<string, string>,
  file: string,
): Record<string, unknown> {
  const containers = (properties.ContainerDefinitions ?? []) as readonly ContainerDefinition[];
  const names = containers.map((one) => one.Name ?? '');
  const unknown = [...images.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new SaiondoError(`the task definition has no container ${unknown}`, {
      code: 'ConfigurationError',
      where: { file },
      next: `its containers: ${names.join(', ')}`,
    });
  return {
    ...properties,
    ContainerDefinitions: containers.map((one) => ({ ...one, Image: images.get(one.Name ?? '') ?? one.Image })),
  };
}

/** `…:task-definition/family:3` → `…:4`. */
function nextRevision(arn: string): string {
  const [, family = arn, revision = '0'] = /^(.*):(\d+)$/.exec(arn) ?? [];
  return `${family}:${Number(revision) + 1}`;
}
