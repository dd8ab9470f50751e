import type { ResourceToPermit } from '../../ports/resource-permission';
import { parsePolicy } from '../policy/parse-policy';
import type { DocumentKind } from '../policy/policy';
import { list, object } from './json';

/** Where the policies of a type are, and what they are attached to. */
const DOCUMENTS: Readonly<Record<string, readonly (readonly [property: string, kind: DocumentKind])[]>> = {
  'AWS::IAM::Role': [['AssumeRolePolicyDocument', 'trust']],
  'AWS::IAM::Policy': [['PolicyDocument', 'identity']],
  'AWS::IAM::RolePolicy': [['PolicyDocument', 'identity']],
  'AWS::IAM::ManagedPolicy': [['PolicyDocument', 'identity']],
  'AWS::S3::BucketPolicy': [['PolicyDocument', 'resource']],
  'AWS::KMS::Key': [['KeyPolicy', 'resource']],
};

/**
 * Why a service refuses the policies of a resource: `MalformedPolicyDocument` with the key that is wrong (IAM API Reference, CreateRole, PutRolePolicy;
 * of a bucket S3 says `MalformedPolicy`). A document that takes a value which is looked up later is not read.
 */
export function malformedPolicy({ type, logicalId, properties }: ResourceToPermit): string | undefined {
  const own = (DOCUMENTS[type] ?? []).map(([property, kind]) => ({
    path: property,
    document: properties[property],
    kind,
  }));
  const inline = (type === 'AWS::IAM::Role' ? list(properties.Policies) : []).map((one, index) => ({
    path: `Policies[${index}].PolicyDocument`,
    document: object(one).PolicyDocument,
    kind: 'identity' as const,
  }));
  for (const { path, document, kind } of [...own, ...inline]) {
    if (document === undefined || JSON.stringify(document).includes('{{resolve:')) continue;
    const [problem] = parsePolicy(document, kind).problems ?? [];
    if (!problem) continue;
    const place = [`Resources.${logicalId}.Properties.${path}`, problem.path].filter(Boolean).join('.');
    const code =
      type === 'AWS::S3::BucketPolicy'
        ? 'MalformedPolicy'
        : type === 'AWS::KMS::Key'
          ? 'MalformedPolicyDocumentException'
          : 'MalformedPolicyDocument';
    return `${code}: ${problem.message} (${place}: ${problem.detail})`;
  }
  return undefined;
}
