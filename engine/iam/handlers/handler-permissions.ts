import { OF_THE_API, type HandlerOperation } from './api-permissions';
import data from './handler-permissions.json';

let read: ReadonlyMap<string, string> | undefined;

/**
 * The permissions that CloudFormation's handler of a type lists for an operation (the type's schema in the registry, `handlers`: "permissions"). It lists
 * what it may need, whatever the properties are. Of a type whose schema lists none, those of its service's API ({@link OF_THE_API}).
 * @returns undefined: neither the type's schema nor this project knows them
 */
export function handlerPermissions(type: string, operation: HandlerOperation): readonly string[] | undefined {
  const found = typesRead()
    .get(type)
    ?.split(';')
    .find((part) => part.startsWith(`${operation} `));
  return found?.split(' ').slice(1) ?? OF_THE_API[type]?.[operation];
}

/** Whether it is known what CloudFormation asks for to make a resource of a type. Conditions, handles and custom resources ask for nothing of a service. */
export function isJudged(type: string): boolean {
  return typesRead().has(type) || type in OF_THE_API || ASKS_NOTHING.test(type);
}

const ASKS_NOTHING = /^(Custom::|AWS::CDK::|AWS::CloudFormation::(CustomResource|WaitCondition|WaitConditionHandle)$)/;

function typesRead(): ReadonlyMap<string, string> {
  read ??= new Map(data.types.map((line) => [line.slice(0, line.indexOf(';')), line] as const));
  return read;
}
