import type { AwsRequest } from '../../ports/aws-request';

/** A signed request, as far as what it asks for depends on it. */
export type AskedRequest = Pick<
  AwsRequest,
  'service' | 'account' | 'region' | 'method' | 'url' | 'headers' | 'body' | 'operation'
>;

/** A permission that a request needs. */
export interface AskedPermission {
  /** `s3:GetObject`. */
  readonly action: string;
  /** The ARN; undefined: which one AWS would ask for cannot be said here. */
  readonly resource?: string;
  /** Keys of the request that its text shows. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** What a request needs; or why that is not known here. A request that needs nothing has an empty list. */
export type Asked = { readonly permissions: readonly AskedPermission[] } | { readonly unknown: string };
