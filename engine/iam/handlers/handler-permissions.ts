import data from './handler-permissions.json';

/** What CloudFormation does to a resource. */
export type HandlerOperation = 'create' | 'update' | 'delete';

let read: ReadonlyMap<string, string> | undefined;

/**
 * The permissions that CloudFormation's handler of a type lists for an operation (the type's schema in the registry, `handlers`: "permissions"). It lists
 * what it may need, whatever the properties are. @returns undefined: the type's schema has no such handler
 */
export function handlerPermissions(type: string, operation: HandlerOperation): readonly string[] | undefined {
  read ??= new Map(data.types.map((line) => [line.slice(0, line.indexOf(';')), line] as const));
  const found = read
    .get(type)
    ?.split(';')
    .find((part) => part.startsWith(`${operation} `));
  return found?.split(' ').slice(1);
}
