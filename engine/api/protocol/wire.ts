import { randomUUID } from 'node:crypto';
import { cbor, dateToTag } from '@smithy/core/cbor';
import type { AwsRequest, AwsResponse } from '../../ports/aws-request';
import { ApiError } from './api-error';

/** The protocols in which CodePipeline, CodeBuild and CloudWatch Logs are spoken: SDK v3 speaks the first, botocore the second. */
export type Protocol = 'awsJson1_1' | 'rpcv2Cbor';

/** Smithy RPC v2 CBOR names the operation in the path (Smithy, "RPC v2 CBOR protocol"), AWS JSON in X-Amz-Target. */
export function protocolOf(request: AwsRequest): Protocol {
  return request.headers['smithy-protocol'] === 'rpc-v2-cbor' ? 'rpcv2Cbor' : 'awsJson1_1';
}

/** The request's input. @throws ApiError `SerializationException` */
export function decodeInput(request: AwsRequest): Record<string, unknown> {
  try {
    if (request.body.length === 0) return {};
    const input: unknown =
      protocolOf(request) === 'rpcv2Cbor'
        ? cbor.deserialize(new Uint8Array(request.body))
        : JSON.parse(request.body.toString('utf8'));
    if (input === null || typeof input !== 'object' || Array.isArray(input)) throw new Error('no structure');
    return input as Record<string, unknown>;
  } catch {
    throw new ApiError('SerializationException', 'the request body is not a structure in the protocol it names');
  }
}

/** An operation's output. Members that are `Date` are timestamps; members that are undefined are left out. */
export function encodeOutput(request: AwsRequest, output: object): AwsResponse {
  return encode(protocolOf(request), 200, output);
}

/** An error in the shape of the request's protocol. */
export function encodeError(request: AwsRequest, namespace: string, error: ApiError): AwsResponse {
  const protocol = protocolOf(request);
  const type = protocol === 'rpcv2Cbor' ? `com.amazonaws.${namespace}#${error.code}` : error.code;
  return encode(protocol, error.status, { __type: type, message: error.message });
}

function encode(protocol: Protocol, status: number, content: object): AwsResponse {
  const headers = { 'x-amzn-requestid': randomUUID(), 'cache-control': 'no-store' };
  if (protocol === 'awsJson1_1') {
    return {
      status,
      headers: { ...headers, 'content-type': 'application/x-amz-json-1.1' },
      // AWS JSON has timestamps as seconds, with a fraction (Smithy, "AWS JSON 1.1 protocol": epoch-seconds).
      body: JSON.stringify(mapTimes(content, (time) => time.getTime() / 1000)),
    };
  }
  return {
    status,
    headers: { ...headers, 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
    body: Buffer.from(cbor.serialize(mapTimes(content, dateToTag))),
  };
}

function mapTimes(value: unknown, time: (date: Date) => unknown): unknown {
  if (value instanceof Date) return time(value);
  if (Array.isArray(value)) return value.map((one) => mapTimes(one, time));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, mapTimes(member, time)]),
  );
}
