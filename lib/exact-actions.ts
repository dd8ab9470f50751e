import { CfnResource, Lazy, type IAspect } from 'aws-cdk-lib';
import { CfnManagedPolicy, CfnPolicy } from 'aws-cdk-lib/aws-iam';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/**
 * What each wildcard that aws-cdk-lib's grants write means here: the actions that CodePipeline and CodeBuild document for their service
 * roles (CodePipeline User Guide, "Manage the CodePipeline service role"; CodeBuild User Guide, "Allow CodeBuild to interact with other AWS
 * services"), and no other that AWS may add under the same beginning.
 */
const EXACT: Readonly<Record<string, readonly string[]>> = {
  's3:GetObject*': ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectTagging', 's3:GetObjectVersionTagging'],
  's3:GetBucket*': ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:GetBucketVersioning'],
  's3:List*': ['s3:ListBucket', 's3:ListBucketVersions', 's3:ListMultipartUploadParts'],
  's3:DeleteObject*': ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  's3:Abort*': ['s3:AbortMultipartUpload'],
  'kms:ReEncrypt*': ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  'kms:GenerateDataKey*': ['kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'],
};

/** A statement of a policy document, as CloudFormation takes it. */
export interface PolicyStatementJson {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: string | readonly string[];
  readonly Resource?: unknown;
  readonly [key: string]: unknown;
}

/**
 * Replaces wildcard actions by the exact ones, in every policy of a tree: of identities, of keys and of buckets. Leave to create log groups,
 * which aws-cdk-lib gives to every build, goes: each build has a group of its own with a retention, and one made on the way would have none.
 */
export class ExactActions implements IAspect {
  visit(node: IConstruct): void {
    if (!CfnResource.isCfnResource(node)) return;
    if (node instanceof CfnPolicy || node instanceof CfnManagedPolicy || node instanceof CfnBucketPolicy) {
      node.policyDocument = rewritten(node.policyDocument, exact);
    } else if (node instanceof CfnKey) {
      node.keyPolicy = rewritten(node.keyPolicy, exact);
    }
  }
}

/** A policy document whose statements are rewritten when the template is written: whatever is granted until then is in it. */
export function rewritten(
  document: unknown,
  rewrite: (statement: PolicyStatementJson) => readonly PolicyStatementJson[],
): unknown {
  return Lazy.uncachedAny({
    produce: (context) => {
      // By this context: it remembers the references to other stacks that it meets.
      const resolved = context.resolve(document) as { Statement?: PolicyStatementJson[] } | undefined;
      return resolved?.Statement ? { ...resolved, Statement: resolved.Statement.flatMap(rewrite) } : resolved;
    },
  });
}

function exact(statement: PolicyStatementJson): readonly PolicyStatementJson[] {
  const actions = statement.Action;
  if (statement.Effect !== 'Allow' || actions === undefined) return [statement];
  const list = typeof actions === 'string' ? [actions] : actions;
  if (list.includes('logs:CreateLogGroup')) return [];
  if (!list.some((action) => action in EXACT)) return [statement];
  return [{ ...statement, Action: [...new Set(list.flatMap((action) => EXACT[action] ?? [action]))].sort() }];
}
