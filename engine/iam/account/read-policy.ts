import { parsePolicy } from '../policy/parse-policy';
import type { DocumentKind } from '../policy/policy';
import type { NamedPolicy, PolicyKind, UnreadPolicy } from '../decision/evaluate';

/** A policy that is attached somewhere: read, or why it could not be. */
export type AttachedPolicy = { readonly policy: NamedPolicy } | { readonly unread: UnreadPolicy };

/** Reads a document of a template. One that holds what only AWS can resolve, or that IAM would refuse, is not judged, and says so. */
export function attached(document: unknown, kind: PolicyKind, name: string, arn?: string): AttachedPolicy {
  const unread = (reason: string): AttachedPolicy => ({ unread: { kind, name, reason } });
  if (JSON.stringify(document ?? null).includes('{{resolve:'))
    return unread('it takes a value that is looked up when it is deployed');
  const documentKind: DocumentKind = kind === 'trust' || kind === 'resource' ? kind : 'identity';
  const parsed = parsePolicy(document, documentKind);
  if (parsed.policy) return { policy: { name, policy: parsed.policy, ...(arn ? { arn } : {}) } };
  const [{ message, detail, path }] = parsed.problems;
  return unread(`MalformedPolicyDocument: ${message} (${path || 'document'}: ${detail})`);
}
