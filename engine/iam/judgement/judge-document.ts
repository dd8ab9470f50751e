import type { ResourceToPermit } from '../../ports/resource-permission';
import { readPolicies } from '../account/malformed';
import { actionFacts, isService } from '../actions/action-data';
import { bucketPolicyProblem } from './bucket-policy';

/** What is wrong with the policies of a resource. */
export interface DocumentProblems {
  /** What the service answers where it does not take one; undefined: it takes all. */
  readonly refused?: string;
  /** Actions that the service takes though AWS publishes none of that name: they grant nothing. Each as a sentence. */
  readonly unknown: readonly string[];
}

/**
 * Reads the policies of a resource as its service does. IAM takes any action of the right form, S3 takes none that it does not have (S3 User Guide,
 * "Troubleshoot policies": "Policy has invalid action").
 */
export async function documentProblems(resource: ResourceToPermit): Promise<DocumentProblems> {
  const read = readPolicies(resource);
  if ('refused' in read) return { refused: read.refused, unknown: [] };
  const found: { place: string; action: string }[] = [];
  for (const { place, policy } of read.documents)
    for (const { action, notAction, index } of policy.statements)
      for (const name of action ?? notAction ?? [])
        if (await isUnknown(name))
          found.push({ place: `${place}.Statement[${index}].${action ? 'Action' : 'NotAction'}`, action: name });
  const [first] = found;
  if (first && resource.type === 'AWS::S3::BucketPolicy')
    return {
      refused: `MalformedPolicy: Policy has invalid action (${first.place}: AWS publishes no action ${first.action})`,
      unknown: [],
    };
  for (const one of resource.type === 'AWS::S3::BucketPolicy' ? read.documents : []) {
    const refused = await bucketPolicyProblem(one, resource.properties);
    if (refused !== undefined) return { refused, unknown: [] };
  }
  return {
    unknown: found.map(({ place, action }) => `${place}: AWS publishes no action ${action}: it grants nothing`),
  };
}

/** Whether an action without a wildcard is one of a service that AWS publishes, and is not published itself. */
async function isUnknown(action: string): Promise<boolean> {
  if (/[*?]/.test(action)) return false;
  return (await isService(action)) && (await actionFacts(action)) === undefined;
}
