import type { KeyValue, ReadKey } from '../policy/variables';

/** Who makes a request. */
export type Caller =
  | {
      readonly type: 'role';
      /** `arn:aws:iam::111111111111:role/path/name`. */
      readonly roleArn: string;
      readonly account: string;
      readonly sessionName: string;
    }
  | { readonly type: 'user'; readonly arn: string; readonly account: string }
  | { readonly type: 'root'; readonly account: string }
  /** `codebuild.amazonaws.com`, in the account whose resource it acts for, where that is known. */
  | { readonly type: 'service'; readonly name: string; readonly account?: string }
  | { readonly type: 'anonymous' };

/** One action on one resource, with what the request carries. */
export interface AccessRequest {
  readonly caller: Caller;
  /** `s3:GetObject`, as AWS writes it. */
  readonly action: string;
  /** The ARN, or `*` for an action that knows no resources. */
  readonly resource: string;
  /** The account that the resource belongs to: a bucket's ARN does not say it. */
  readonly resourceAccount: string;
  /** The keys of the request. */
  readonly context: RequestContext;
}

/** The keys of a request, by lower-case name, and what holds for the others. */
export interface RequestContext {
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Keys of one value of which only the beginning is known, with the reason. */
  readonly begins?: ReadonlyMap<string, { readonly begins: string; readonly why: string }>;
  /** Why it cannot be said whether the request has a key; undefined where it surely does not have it. Default: it does not have it. */
  readonly unknown?: (key: string) => string | undefined;
}

/** Reads the keys of a request. */
export function reader(context: RequestContext): ReadKey {
  return (key): KeyValue => {
    const values = context.values.get(key.toLowerCase());
    if (values) return { values };
    const begun = context.begins?.get(key.toLowerCase());
    if (begun) return begun;
    const why = context.unknown?.(key.toLowerCase());
    return why === undefined ? { absent: true } : { unknown: why };
  };
}

/** `arn:aws:sts::111111111111:assumed-role/name/session` (IAM User Guide, "Role session principals"): the role's path is not in it. */
export function sessionArn(roleArn: string, sessionName: string): string {
  const [, partition = 'aws', account = '', path = ''] = /^arn:([^:]+):iam::(\d+):role\/(.*)$/.exec(roleArn) ?? [];
  return `arn:${partition}:sts::${account}:assumed-role/${path.split('/').at(-1) ?? ''}/${sessionName}`;
}

/** Who a caller is, as AWS writes it in its messages. */
export function callerArn(caller: Caller): string {
  switch (caller.type) {
    case 'role':
      return sessionArn(caller.roleArn, caller.sessionName);
    case 'user':
      return caller.arn;
    case 'root':
      return `arn:aws:iam::${caller.account}:root`;
    case 'service':
      return caller.name;
    case 'anonymous':
      return 'anonymous';
  }
}
