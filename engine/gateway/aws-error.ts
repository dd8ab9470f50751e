import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { cbor } from '@smithy/core/cbor';
import { operationName, type AwsRequest, type AwsResponse } from '../ports/aws-request';

/** Why the gateway refuses a request. Each protocol of AWS has its own word for it. */
export type Refusal =
  | 'no signature'
  | 'malformed'
  | 'unknown key'
  | 'wrong token'
  | 'ended'
  | 'wrong signature'
  | 'wrong time'
  | 'link expired'
  | 'wrong content'
  | 'too large'
  | 'denied'
  | 'throttled'
  | 'unavailable'
  | 'not answered'
  | 'internal';

/** A refusal, thrown wherever it is known. The message is AWS's where AWS has one. */
export class RefusedRequest extends Error {
  constructor(
    readonly refusal: Refusal,
    message: string,
  ) {
    super(message);
    this.name = 'RefusedRequest';
  }
}

/** The protocols of AWS's services, as far as their errors differ (Smithy, "AWS protocols"). */
type Form = 's3' | 'query' | 'ec2' | 'json' | 'cbor' | 'rest' | 'rest xml';
/** Services of the REST protocol with XML, besides S3: their clients read no other error (Smithy, "AWS restXml protocol"). */
const REST_XML = new Set(['cloudfront', 'route53', 's3control']);

/** Status and code: S3's (S3 API Reference, "Error responses"), of the query protocols, of the JSON protocols ("Common Error Types"). */
const CODES: Readonly<Record<Refusal, { s3: [number, string]; query: [number, string]; json: [number, string] }>> = {
  'no signature': {
    s3: [403, 'AccessDenied'],
    query: [403, 'MissingAuthenticationToken'],
    json: [400, 'MissingAuthenticationTokenException'],
  },
  malformed: {
    s3: [400, 'AuthorizationHeaderMalformed'],
    query: [400, 'IncompleteSignature'],
    json: [400, 'IncompleteSignatureException'],
  },
  'unknown key': {
    s3: [403, 'InvalidAccessKeyId'],
    query: [403, 'InvalidClientTokenId'],
    json: [400, 'UnrecognizedClientException'],
  },
  'wrong token': {
    s3: [400, 'InvalidToken'],
    query: [403, 'InvalidClientTokenId'],
    json: [400, 'UnrecognizedClientException'],
  },
  ended: { s3: [400, 'ExpiredToken'], query: [403, 'ExpiredToken'], json: [400, 'ExpiredTokenException'] },
  'wrong signature': {
    s3: [403, 'SignatureDoesNotMatch'],
    query: [403, 'SignatureDoesNotMatch'],
    json: [400, 'InvalidSignatureException'],
  },
  'wrong time': {
    s3: [403, 'RequestTimeTooSkewed'],
    query: [403, 'SignatureDoesNotMatch'],
    json: [400, 'InvalidSignatureException'],
  },
  'link expired': {
    s3: [403, 'AccessDenied'],
    query: [400, 'RequestExpired'],
    json: [400, 'RequestExpired'],
  },
  'wrong content': {
    s3: [400, 'XAmzContentSHA256Mismatch'],
    query: [403, 'SignatureDoesNotMatch'],
    json: [400, 'InvalidSignatureException'],
  },
  'too large': {
    s3: [400, 'EntityTooLarge'],
    query: [413, 'RequestEntityTooLarge'],
    json: [413, 'RequestEntityTooLargeException'],
  },
  denied: { s3: [403, 'AccessDenied'], query: [403, 'AccessDenied'], json: [400, 'AccessDeniedException'] },
  throttled: { s3: [503, 'SlowDown'], query: [400, 'Throttling'], json: [400, 'ThrottlingException'] },
  unavailable: {
    s3: [503, 'ServiceUnavailable'],
    query: [503, 'ServiceUnavailable'],
    json: [503, 'ServiceUnavailableException'],
  },
  'not answered': {
    s3: [501, 'NotImplemented'],
    query: [501, 'NotImplemented'],
    json: [501, 'NotImplementedException'],
  },
  internal: { s3: [500, 'InternalError'], query: [500, 'InternalFailure'], json: [500, 'InternalFailure'] },
};

/** A request as far as its error's form depends on it. */
export interface Asked {
  readonly headers: IncomingHttpHeaders;
  /** The service that the signature names, if there is one. */
  readonly service?: string;
}

/**
 * Says in AWS's form that a request is not answered here, and why. Its status is 501, which no client of AWS tries again (botocore and SDK v3 retry 500, 502, 503
 * and 504).
 */
export function notAnswered(
  {
    service,
    operation,
    method,
    url,
    headers,
  }: Pick<AwsRequest, 'service' | 'operation' | 'method' | 'url' | 'headers'>,
  why: string,
): AwsResponse {
  return refusalAnswer(
    { headers, service },
    new RefusedRequest('not answered', notAnsweredWords({ service, operation, method, url }, why)),
  );
}

/** The words for what is not answered here. */
export function notAnsweredWords(
  { service, operation, method, url }: Pick<AwsRequest, 'service' | 'operation' | 'method' | 'url'>,
  why: string,
): string {
  const name = operationName({ operation });
  return `not answered here: ${service}:${name || `${method} ${url.split('?')[0] ?? ''}`}. ${why}`;
}

/** A refusal in the form that the request's protocol has for errors. */
export function refusalAnswer(asked: Asked, { refusal, message }: RefusedRequest): AwsResponse {
  const form = formOf(asked);
  const codes = CODES[refusal];
  const [status, code] = form === 's3' ? codes.s3 : form === 'query' || form === 'ec2' ? codes.query : codes.json;
  const requestId = randomUUID();
  const common = { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId };
  const xml = `<Code>${code}</Code><Message>${escaped(message)}</Message>`;
  const answer = (type: string, body: string | Buffer, more: Record<string, string> = {}, at = status) => ({
    status: at,
    headers: { ...common, ...more, 'content-type': type },
    body,
  });
  switch (form) {
    case 's3':
      return answer('application/xml', `<Error>${xml}<RequestId>${requestId}</RequestId></Error>`);
    case 'ec2':
      return answer(
        'text/xml',
        `<Response><Errors><Error>${xml}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
      );
    case 'query':
      return answer(
        'text/xml',
        `<ErrorResponse><Error><Type>Sender</Type>${xml}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
      );
    case 'cbor':
      return answer(
        'application/cbor',
        Buffer.from(cbor.serialize({ __type: `com.amazonaws.${asked.service ?? 'gateway'}#${code}`, message })),
        { 'smithy-protocol': 'rpc-v2-cbor' },
      );
    case 'json':
      return answer('application/x-amz-json-1.1', JSON.stringify({ __type: code, message }));
    case 'rest xml':
      return answer(
        'text/xml',
        `<ErrorResponse><Error><Type>Sender</Type>${xml}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
        {},
        status === 400 && refusal !== 'malformed' ? 403 : status,
      );
    case 'rest':
      // Services of the REST protocols answer 403 for what the JSON protocols answer 400 for.
      return answer(
        'application/json',
        JSON.stringify({ message }),
        { 'x-amzn-errortype': code },
        status === 400 && refusal !== 'malformed' ? 403 : status,
      );
  }
}

function formOf({ headers, service }: Asked): Form {
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return 'cbor';
  if (headers['x-amz-target'] !== undefined) return 'json';
  if (service === 's3') return 's3';
  if (service === 'ec2') return 'ec2';
  if (/x-www-form-urlencoded/.test(headers['content-type'] ?? '')) return 'query';
  // Nothing says a service: a plain request is S3's, as an address of a bucket is.
  if (service === undefined) return 's3';
  return REST_XML.has(service) ? 'rest xml' : 'rest';
}

function escaped(text: string): string {
  return text.replace(/[<>&"'\u0000-\u001f]/g, (one) => `&#${one.charCodeAt(0) < 32 ? 32 : one.charCodeAt(0)};`);
}
