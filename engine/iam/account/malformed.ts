import type { ResourceToPermit } from '../../ports/resource-permission';
import { parsePolicy } from '../policy/parse-policy';
import type { DocumentKind, Policy } from '../policy/policy';
import type { PolicyProblem } from '../policy/policy-problem';
import { list, object } from './json';
import { tooLarge } from './policy-size';

/** A policy of a type: its property, what it is attached to, and the code with which the service refuses it. */
type Written = readonly [property: string, kind: DocumentKind, code: string];

const MALFORMED = 'MalformedPolicyDocument';
const identity: readonly Written[] = [['PolicyDocument', 'identity', MALFORMED]];

/** Where the policies of a type are (the error codes: API Reference of each service, the operation that takes the policy). */
const DOCUMENTS: Readonly<Record<string, readonly Written[]>> = {
  'AWS::IAM::Role': [['AssumeRolePolicyDocument', 'trust', MALFORMED]],
  'AWS::IAM::Policy': identity,
  'AWS::IAM::RolePolicy': identity,
  'AWS::IAM::UserPolicy': identity,
  'AWS::IAM::GroupPolicy': identity,
  'AWS::IAM::ManagedPolicy': identity,
  'AWS::S3::BucketPolicy': [['PolicyDocument', 'resource', 'MalformedPolicy']],
  'AWS::KMS::Key': [['KeyPolicy', 'resource', 'MalformedPolicyDocumentException']],
  'AWS::SecretsManager::ResourcePolicy': [['ResourcePolicy', 'resource', 'MalformedPolicyDocumentException']],
  'AWS::ECR::Repository': [['RepositoryPolicyText', 'resource', 'InvalidParameterException']],
  'AWS::SNS::TopicPolicy': [['PolicyDocument', 'resource', 'InvalidParameter']],
  'AWS::SQS::QueuePolicy': [['PolicyDocument', 'resource', 'InvalidAttributeValue']],
  'AWS::Logs::ResourcePolicy': [['PolicyDocument', 'resource', 'InvalidParameterException']],
};
const WITH_INLINE = /^AWS::IAM::(Role|User|Group)$/;

/** A policy as a template has it. */
interface Found {
  /** `Resources.Role.Properties.Policies[0].PolicyDocument`. */
  readonly place: string;
  readonly document: unknown;
  readonly kind: DocumentKind;
  readonly code: string;
}

/** The policies of a resource. One that takes a value which is looked up later is not read. */
function documentsOf({ type, logicalId, properties }: ResourceToPermit): readonly Found[] {
  const own = (DOCUMENTS[type] ?? []).map(([property, kind, code]) => ({
    path: property,
    document: properties[property],
    kind,
    code,
  }));
  const inline = (WITH_INLINE.test(type) ? list(properties.Policies) : []).map((one, index) => ({
    path: `Policies[${index}].PolicyDocument`,
    document: object(one).PolicyDocument,
    kind: 'identity' as const,
    code: MALFORMED,
  }));
  return [...own, ...inline]
    .filter(({ document }) => document !== undefined && !JSON.stringify(document).includes('{{resolve:'))
    .map(({ path, ...one }) => ({ ...one, place: `Resources.${logicalId}.Properties.${path}` }));
}

/** A policy of a resource that its service takes, as far as its grammar goes. */
export interface ReadDocument {
  readonly place: string;
  readonly policy: Policy;
}

/**
 * Why a service refuses the policies of a resource: `MalformedPolicyDocument` with the key that is wrong (IAM API Reference, CreateRole, PutRolePolicy;
 * of a bucket S3 says `MalformedPolicy`; `LimitExceeded` where one is too large); or the policies, as it reads them.
 */
export function readPolicies(
  resource: ResourceToPermit,
): { readonly refused: string } | { readonly documents: readonly ReadDocument[] } {
  const documents: ReadDocument[] = [];
  for (const { place, document, kind, code } of documentsOf(resource)) {
    const { policy, problems } = parsePolicy(document, kind);
    if (policy) documents.push({ place, policy });
    const [problem] = problems ?? [];
    // "A managed policy must have a version string", and only the newer one will do: an inline or a trust policy may be of 2008-10-17.
    if (policy && resource.type === 'AWS::IAM::ManagedPolicy' && policy.version !== '2012-10-17')
      return {
        refused: `${code}: Policy document must be version 2012-10-17 or greater. (${place}.Version: a managed policy names it, an older one is not taken)`,
      };
    if (problem)
      return {
        refused: `${code}: ${inWordsOf(resource.type, problem.message)} (${[place, problem.path].filter(Boolean).join('.')}: ${lineOf(problem)}${problem.detail})`,
      };
  }
  const large = tooLarge(resource);
  return large === undefined
    ? { documents }
    : { refused: `${large} (Resources.${resource.logicalId}: quotas of IAM and AWS STS)` };
}

/** Where it is in a document that was given as text. */
const lineOf = ({ line, column }: PolicyProblem): string =>
  line === undefined ? '' : `line ${line}, column ${column ?? 1}: `;

/** What a service says of an invalid principal (S3 User Guide, "Troubleshoot policies"; KMS API Reference, PutKeyPolicy): KMS and S3 do not name it. */
function inWordsOf(type: string, message: string): string {
  if (!message.startsWith('Invalid principal in policy')) return message;
  if (type === 'AWS::KMS::Key') return 'Policy contains a statement with one or more invalid principals.';
  return type === 'AWS::S3::BucketPolicy' ? 'Invalid principal in policy' : message;
}
