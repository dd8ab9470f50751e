import type { StackLedger } from '../../ports/ledger';
import { list, object, text } from './json';

/**
 * The roles of what may be in a network of the app: what they ask for may pass an endpoint of that network, which a condition can name (IAM User Guide, "AWS global
 * condition context keys": `aws:SourceVpce`). Tasks of ECS are always in one.
 */
export function networkedRoles(ledger: Pick<StackLedger, 'resources'>): ReadonlySet<string> {
  const of = (type: string) => ledger.resources(type).map(({ properties }) => properties);
  const projects = of('AWS::CodeBuild::Project').filter(({ VpcConfig: network }) => has(object(network).Subnets));
  const functions = of('AWS::Lambda::Function').filter(({ VpcConfig: network }) => has(object(network).SubnetIds));
  const tasks = of('AWS::ECS::TaskDefinition');
  return new Set([
    ...projects.map(({ ServiceRole: role }) => text(role)),
    ...functions.map(({ Role: role }) => text(role)),
    ...tasks.flatMap(({ ExecutionRoleArn: execution, TaskRoleArn: task }) => [text(execution), text(task)]),
  ]);
}

const has = (value: unknown): boolean => list(value).length > 0;
