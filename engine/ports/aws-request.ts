import type * as http from 'node:http';
import type { Principal } from './principal';

/** A request to an AWS service, as far as a handler needs it. */
export interface AwsRequest {
  /** Whose credentials signed it. */
  readonly principal: Principal;
  readonly service: string;
  readonly account: string;
  readonly region: string;
  readonly method: string;
  /** Path and query; a bucket that stood in the host's name is the first part of the path. */
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  /** Empty for bodies of S3 past 1 MB, and those that do not say their length: they are passed on as they come. */
  readonly body: Buffer;
  /** `AmazonSSM.PutParameter` of JSON and CBOR protocols, `Action` of query protocols. */
  readonly operation: string;
}

/** An operation's own name: `PutParameter` of `AmazonSSM.PutParameter`. */
export function operationName({ operation }: Pick<AwsRequest, 'operation'>): string {
  return operation.split('.').at(-1) ?? '';
}

/** Decides whether a request's principal may do what it asks. @returns why not, in AWS's words; undefined: it may */
export type Authorizer = (request: AwsRequest) => Promise<string | undefined> | string | undefined;

/** A handler's answer. */
export interface AwsResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string | Buffer;
  /** Instead of the body: bytes of a file, both ends included. */
  readonly file?: { readonly path: string; readonly start: number; readonly end: number };
}

/** The page for people: takes the requests that are not AWS's, and says whether it took this one. */
export type PageHandler = (request: http.IncomingMessage, response: http.ServerResponse) => boolean;

/** Answers a request itself, or leaves it (undefined) to the endpoint behind. */
export type AwsHandler = (request: AwsRequest) => Promise<AwsResponse | undefined> | AwsResponse | undefined;
