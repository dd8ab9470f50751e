import { z } from 'zod';
import type { ResourceOfStack, StackLedger } from '../../ports/ledger';
import { ApiError } from '../protocol/api-error';
import { page } from '../protocol/paging';
import { operation, sees, type Caller, type Operation } from '../protocol/service';

const INVALID = 'InvalidParameterException';
/** The most that one ECS list answers (Amazon ECS API Reference, ListClusters). */
const PAGE = 100;
const paged = { maxResults: z.number().int().min(1).max(PAGE).optional(), nextToken: z.string().optional() };
/** Below these keys of a task definition, names are the user's own. */
const OWN_NAMES = new Set(['dockerLabels', 'options', 'driverOpts', 'labels']);

/**
 * ECS's clusters, services and task definitions as the stacks have them (Amazon ECS API Reference). What none of the stacks has is left to the endpoint
 * behind: a build may have made its own there.
 */
export function ecsReads(ledger: () => StackLedger): Record<string, Operation> {
  const of = (type: string, caller: Caller): ResourceOfStack[] =>
    ledger()
      .resources(type)
      .filter((one) => sees(caller, one.stack));
  const clusters = (caller: Caller): ResourceOfStack[] => of('AWS::ECS::Cluster', caller);
  const services = (caller: Caller, cluster: string | undefined): ResourceOfStack[] =>
    of('AWS::ECS::Service', caller).filter(
      (one) => lastPart(String(one.properties.Cluster ?? 'default')) === lastPart(cluster ?? 'default'),
    );
  const list = (
    key: string,
    arns: string[],
    input: { maxResults?: number | undefined; nextToken?: string | undefined },
  ): object => {
    const { items, nextToken } = page(arns, (one) => one, {
      size: input.maxResults ?? PAGE,
      token: input.nextToken,
      code: INVALID,
    });
    return { [key]: items, nextToken };
  };

  return {
    ListClusters: operation(z.object(paged), (input, caller) => {
      const found = clusters(caller);
      return found.length === 0 ? undefined : list('clusterArns', found.map(clusterArn), input);
    }),

    DescribeClusters: operation(
      z.object({ clusters: z.array(z.string()).optional(), include: z.array(z.string()).optional() }),
      (input, caller) => {
        const found = clusters(caller);
        const wanted = input.clusters ?? ['default'];
        const named = (name: string): ResourceOfStack | undefined =>
          found.find((one) => lastPart(name) === lastPart(one.physicalId));
        if (!wanted.some(named)) return undefined;
        return {
          clusters: wanted
            .flatMap((name) => named(name) ?? [])
            .map((one) => ({
              clusterArn: clusterArn(one),
              clusterName: lastPart(one.physicalId),
              status: 'ACTIVE',
              activeServicesCount: services(caller, one.physicalId).length,
            })),
          failures: wanted.filter((name) => !named(name)).map((name) => ({ arn: name, reason: 'MISSING' })),
        };
      },
    ),

    ListServices: operation(
      z.object({
        cluster: z.string().optional(),
        launchType: z.string().optional(),
        schedulingStrategy: z.string().optional(),
        ...paged,
      }),
      (input, caller) => {
        const found = services(caller, input.cluster);
        const known = clusters(caller).some((one) => lastPart(one.physicalId) === lastPart(input.cluster ?? 'default'));
        return found.length === 0 && !known ? undefined : list('serviceArns', found.map(serviceArn), input);
      },
    ),

    DescribeServices: operation(
      z.object({
        cluster: z.string().optional(),
        services: z.array(z.string()),
        include: z.array(z.string()).optional(),
      }),
      (input, caller) => {
        const recorded = services(caller, input.cluster).find(
          (one) =>
            one.standing === 'recorded' && input.services.some((name) => lastPart(name) === lastPart(serviceArn(one))),
        );
        if (!recorded) return undefined;
        throw new ApiError(
          'NotImplementedException',
          `not answered here: ecs:DescribeServices. The stack ${recorded.stack.stackName} has the service ${lastPart(serviceArn(recorded))}, and no container runs for it on this machine${recorded.missing ? ` (${recorded.missing} is missing)` : ''}`,
          501,
        );
      },
    ),

    ListTaskDefinitions: operation(
      z.object({
        familyPrefix: z.string().optional(),
        status: z.string().optional(),
        sort: z.string().optional(),
        ...paged,
      }),
      (input, caller) => {
        const found = of('AWS::ECS::TaskDefinition', caller).filter(
          (one) => !input.familyPrefix || familyOf(one).split(':')[0] === input.familyPrefix,
        );
        return found.length === 0
          ? undefined
          : list('taskDefinitionArns', found.map((one) => one.physicalId).sort(), input);
      },
    ),

    ListTaskDefinitionFamilies: operation(
      z.object({ familyPrefix: z.string().optional(), status: z.string().optional(), ...paged }),
      (input, caller) => {
        const all = of('AWS::ECS::TaskDefinition', caller).map((one) => familyOf(one).split(':')[0] ?? '');
        const found = [...new Set(all)].filter((name) => name.startsWith(input.familyPrefix ?? '')).sort();
        return found.length === 0 ? undefined : list('families', found, input);
      },
    ),

    DescribeTaskDefinition: operation(
      z.object({ taskDefinition: z.string(), include: z.array(z.string()).optional() }),
      (input, caller) => {
        const wanted = lastPart(input.taskDefinition);
        const found = of('AWS::ECS::TaskDefinition', caller).find(
          (one) => familyOf(one) === wanted || familyOf(one).split(':')[0] === wanted,
        );
        if (!found) return undefined;
        const [family = '', revision = '1'] = familyOf(found).split(':');
        return {
          taskDefinition: {
            ...(camelKeys(found.properties) as object),
            taskDefinitionArn: found.physicalId,
            family,
            revision: Number(revision),
            status: 'ACTIVE',
          },
        };
      },
    ),
  };
}

function clusterArn({ physicalId, stack }: ResourceOfStack): string {
  return physicalId.startsWith('arn:')
    ? physicalId
    : `arn:aws:ecs:${stack.region}:${stack.account}:cluster/${physicalId}`;
}

function serviceArn({ physicalId, properties, stack }: ResourceOfStack): string {
  if (physicalId.startsWith('arn:')) return physicalId;
  return `arn:aws:ecs:${stack.region}:${stack.account}:service/${lastPart(String(properties.Cluster ?? 'default'))}/${lastPart(physicalId)}`;
}

/** `family:revision` of a task definition's ARN. */
function familyOf({ physicalId }: ResourceOfStack): string {
  return lastPart(physicalId);
}

function lastPart(name: string): string {
  return name.split('/').at(-1) ?? name;
}

/** ECS's API writes CloudFormation's property names with a small letter first. */
function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const key = name.slice(0, 1).toLowerCase() + name.slice(1);
      return [key, OWN_NAMES.has(key) ? member : camelKeys(member)];
    }),
  );
}
