import type { ReadDocument } from '../account/malformed';
import { text, type Json } from '../account/json';
import { actionFacts } from '../actions/action-data';
import { matches, matchesBeginning, patternOf } from '../policy/pattern';
import type { Statement } from '../policy/policy';

/** Keys of a listing: no action of an object has them. */
const OF_LISTS = /^s3:(prefix|delimiter|max-keys)$/i;
const OF_OBJECTS = /^s3:(get|put|delete)object/i;

/**
 * What S3 does not take in the policy of a bucket though its grammar is right (S3 User Guide, "Troubleshoot policies"; the texts are S3's answers to PutBucketPolicy):
 * a resource that is not the bucket's, an action that none of the statement's resources has, a condition that none of its actions knows.
 * @param properties of the resource `AWS::S3::BucketPolicy`
 * @returns S3's text with the place; undefined: it takes the policy, as far as is known here
 */
export async function bucketPolicyProblem(
  { place, policy }: ReadDocument,
  properties: Json,
): Promise<string | undefined> {
  const bucket = text(properties.Bucket);
  if (bucket === '') return undefined;
  for (const statement of policy.statements) {
    const found =
      resourceProblem(statement, bucket) ?? (await actionProblem(statement, bucket)) ?? conditionProblem(statement);
    if (found) return `MalformedPolicy: ${found[0]} (${place}.Statement[${statement.index}].${found[1]})`;
  }
  return undefined;
}

type Found = readonly [text: string, where: string] | undefined;

/** A resource as in the partition `aws`: a bucket's ARN says nothing of where it is. */
const inPartition = (resource: string) => patternOf(resource.replace(/^arn:aws[a-z-]*:/, 'arn:aws:'));
const ofBucket = (resource: string, bucket: string): boolean =>
  matches(inPartition(resource), `arn:aws:s3:::${bucket}`);
const ofObjects = (resource: string, bucket: string): boolean =>
  matchesBeginning(inPartition(resource), `arn:aws:s3:::${bucket}/`) !== false;

function resourceProblem({ resource, notResource }: Statement, bucket: string): Found {
  // What a variable brings in is not known before a request.
  const other = (resource ?? notResource ?? []).find(
    (one) => !one.includes('${') && !ofBucket(one, bucket) && !ofObjects(one, bucket),
  );
  if (other === undefined) return undefined;
  return ['Policy has invalid resource', `${resource ? 'Resource' : 'NotResource'}: "${other}" is not of ${bucket}`];
}

async function actionProblem({ action, resource }: Statement, bucket: string): Promise<Found> {
  if (!action || !resource || resource.some((one) => one.includes('${'))) return undefined;
  const has = {
    bucket: resource.some((one) => ofBucket(one, bucket)),
    objects: resource.some((one) => ofObjects(one, bucket)),
  };
  for (const name of action) {
    const facts = /[*?]/.test(name) ? undefined : await actionFacts(name);
    if (!facts) continue;
    const takesObjects = facts.arns.some((arn) => /^arn:[^:]+:s3:::\$\{BucketName\}\//.test(arn));
    const takesBucket = facts.arns.some((arn) => /^arn:[^:]+:s3:::\$\{BucketName\}$/.test(arn));
    if (!takesObjects && !takesBucket) continue;
    if (!(takesObjects && has.objects) && !(takesBucket && has.bucket))
      return [
        'Action does not apply to any resource(s) in statement',
        `Action: ${name} takes ${takesBucket ? `the bucket, arn:aws:s3:::${bucket}` : `objects, arn:aws:s3:::${bucket}/*`}`,
      ];
  }
  return undefined;
}

function conditionProblem({ action, conditions }: Statement): Found {
  const key = conditions.map((one) => one.key).find((one) => OF_LISTS.test(one));
  const other = (action ?? []).find((one) => !/[*?]/.test(one) && OF_OBJECTS.test(one));
  if (!key || !other) return undefined;
  return [
    'Conditions do not apply to combination of actions and resources in statement',
    `Condition: ${other} has no ${key}`,
  ];
}
