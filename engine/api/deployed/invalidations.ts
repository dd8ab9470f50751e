import { randomBytes } from 'node:crypto';
import type { AwsHandler, AwsRequest, AwsResponse } from '../../ports/aws-request';
import type { StackLedger } from '../../ports/ledger';

/** CloudFront API Reference, CreateInvalidation and GetInvalidation: `/2020-05-31/distribution/ID/invalidation[/INVALIDATION]`. */
const ADDRESS = /^\/2020-05-31\/distribution\/(\w{1,64})\/invalidation(?:\/(\w{1,64}))?$/;
const BATCH = /^(?:<\?xml[^>]*\?>)?\s*<InvalidationBatch[^>]*>([\s\S]*)<\/InvalidationBatch>\s*$/;
/** Characters of a batch: 3,000 paths of the usual length (CloudFront Developer Guide, "Quotas on invalidations"). */
const MOST_CHARACTERS = 256 * 1024;
/** Invalidations that are remembered: the oldest makes room, since builds may ask without end. */
const MOST = 100;
const NAMESPACE = 'http://cloudfront.amazonaws.com/doc/2020-05-31/';

interface Invalidation {
  readonly distribution: string;
  readonly account: string;
  readonly created: string;
  readonly batch: string;
}

/**
 * Invalidations of distributions that stacks have. A rehearsal records a distribution and caches nothing, so there is nothing to take out of a cache: an
 * invalidation is accepted, and completed when somebody asks for it. A distribution that no stack of the account has is left to the endpoint behind.
 */
export function invalidations(ledger: () => StackLedger): AwsHandler {
  const made = new Map<string, Invalidation>();
  return (request) => {
    const [, distribution = '', id] = ADDRESS.exec(request.url.split('?')[0] ?? '') ?? [];
    if (distribution === '' || !hasDistribution(ledger(), request, distribution)) return undefined;
    if (request.method === 'POST' && id === undefined) return create(made, request, distribution);
    if (request.method !== 'GET' || id === undefined) return undefined;
    const found = made.get(id);
    return found?.distribution === distribution && found.account === request.account
      ? answer(200, described(id, found, 'Completed'))
      : failure(404, 'NoSuchInvalidation', 'The specified invalidation does not exist.');
  };
}

function create(made: Map<string, Invalidation>, request: AwsRequest, distribution: string): AwsResponse {
  const [, batch] = BATCH.exec(request.body.toString('utf8')) ?? [];
  if (batch === undefined) return failure(400, 'MalformedXML', 'The request must contain an InvalidationBatch.');
  if (batch.length > MOST_CHARACTERS)
    return failure(413, 'BatchTooLarge', 'Invalidation batch specified is too large.');
  const id = `I${randomBytes(12).toString('hex').toUpperCase()}`;
  const one = { distribution, account: request.account, created: new Date().toISOString(), batch };
  made.set(id, one);
  const [oldest] = made.keys();
  if (made.size > MOST && oldest !== undefined) made.delete(oldest);
  const at = `https://cloudfront.amazonaws.com${request.url.split('?')[0] ?? ''}/${id}`;
  return answer(201, described(id, one, 'InProgress'), { location: at });
}

function hasDistribution(ledger: StackLedger, { account }: AwsRequest, id: string): boolean {
  return ledger
    .resources('AWS::CloudFront::Distribution')
    .some(
      ({ physicalId, standing, stack }) => physicalId === id && standing === 'recorded' && stack.account === account,
    );
}

function described(id: string, { created, batch }: Invalidation, status: string): string {
  return `<Invalidation xmlns="${NAMESPACE}"><Id>${id}</Id><Status>${status}</Status><CreateTime>${created}</CreateTime><InvalidationBatch>${batch}</InvalidationBatch></Invalidation>`;
}

function failure(status: number, code: string, message: string): AwsResponse {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  return answer(status, `<ErrorResponse xmlns="${NAMESPACE}">${error}</ErrorResponse>`);
}

function answer(status: number, body: string, headers: Record<string, string> = {}): AwsResponse {
  return { status, headers: { 'content-type': 'text/xml', ...headers }, body: `<?xml version="1.0"?>\n${body}` };
}
