import * as http from 'node:http';

/** A request to an AWS service, as far as a handler needs it. */
export interface AwsRequest {
  readonly service: string;
  readonly account: string;
  readonly region: string;
  readonly method: string;
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** `AmazonSSM.PutParameter` of JSON and CBOR protocols, `Action` of query protocols. */
  readonly operation: string;
}

/** A handler's answer. */
export interface AwsResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string | Buffer;
}

/** The page for people: takes the requests that are not AWS's, and says whether it took this one. */
export type PageHandler = (request: http.IncomingMessage, response: http.ServerResponse) => boolean;

/** Answers a request itself, or leaves it (undefined) to the endpoint behind. */
export type AwsHandler = (request: AwsRequest) => Promise<AwsResponse | undefined> | AwsResponse | undefined;

/** The access key of an account's made-up credentials. The endpoint reads the account back out of it. */
export function accessKeyOf(account: string): string {
  return `LSIAQ${account}00Q`;
}
