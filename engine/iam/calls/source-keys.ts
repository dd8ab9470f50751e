import type { ServiceCall } from './service-call';

/** What a service says of the resource that it acts for. */
export type SourceKeys = Pick<ServiceCall, 'context' | 'begins'>;

/**
 * The keys with which a service says for which resource of which account it acts (IAM User Guide, "The confused deputy problem", "Cross-service confused deputy
 * prevention"): a trust or resource policy may ask for them. A call without them is one of which AWS does not say what it carries.
 */
export function actsFor(arn: string, account: string): SourceKeys {
  return { context: { 'aws:SourceArn': arn, 'aws:SourceAccount': account } };
}

/** The same of a resource whose ARN ends as only AWS knows. @param why who makes up the rest: `ECS does not say which of its resources it names` */
export function actsForOneOf(begins: string, account: string, why: string): SourceKeys {
  return { context: { 'aws:SourceAccount': account }, begins: { 'aws:SourceArn': { begins, why } } };
}
