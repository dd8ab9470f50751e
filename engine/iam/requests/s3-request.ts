import type { AskedPermission, AskedRequest } from './asked-request';
import { decoded } from '../../text/percent';

/** Subresources of a bucket: the noun of the action, and what takes it away where that is not its Delete (S3 User Guide, "Required permissions for Amazon S3 API operations"). */
const OF_BUCKET: Readonly<Record<string, readonly [noun: string, removal?: 'Delete']>> = {
  policy: ['BucketPolicy', 'Delete'],
  website: ['BucketWebsite', 'Delete'],
  tagging: ['BucketTagging'],
  versioning: ['BucketVersioning'],
  cors: ['BucketCORS'],
  lifecycle: ['LifecycleConfiguration'],
  encryption: ['EncryptionConfiguration'],
  acl: ['BucketAcl'],
  logging: ['BucketLogging'],
  notification: ['BucketNotification'],
  publicAccessBlock: ['BucketPublicAccessBlock'],
  replication: ['ReplicationConfiguration'],
  ownershipControls: ['BucketOwnershipControls'],
  location: ['BucketLocation'],
  accelerate: ['AccelerateConfiguration'],
  policyStatus: ['BucketPolicyStatus'],
  'object-lock': ['BucketObjectLockConfiguration'],
  requestPayment: ['BucketRequestPayment'],
};
const OF_OBJECT: Readonly<Record<string, string>> = {
  acl: 'ObjectAcl',
  tagging: 'ObjectTagging',
  retention: 'ObjectRetention',
  'legal-hold': 'ObjectLegalHold',
  attributes: 'ObjectAttributes',
};

/** Headers of an upload that are keys of conditions (Service Authorization Reference, Amazon S3: condition keys of PutObject). */
const HEADERS = [
  'x-amz-acl',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-grant-read',
  'x-amz-grant-write',
  'x-amz-grant-read-acp',
  'x-amz-grant-write-acp',
  'x-amz-grant-full-control',
];

/** What a request to S3 needs: its operation is in method, path and query (S3 API Reference). */
export function s3Permissions(request: AskedRequest): readonly AskedPermission[] {
  const [path = '/', query = ''] = request.url.split('?', 2);
  const [bucket = '', ...rest] = path.replace(/^\//, '').split('/');
  const key = decoded(rest.join('/'));
  const asked = new URLSearchParams(query);
  if (bucket === '') return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  const arn = `arn:aws:s3:::${bucket}`;
  return key === '' ? ofBucket(request, asked, arn) : ofObject(request, asked, arn, key);
}

function ofBucket(
  { method, body }: AskedRequest,
  asked: URLSearchParams,
  resource: string,
): readonly AskedPermission[] {
  const found = Object.entries(OF_BUCKET).find(([name]) => asked.has(name));
  if (found) {
    const [, [noun, removal]] = found;
    const verb = method === 'GET' || method === 'HEAD' ? 'Get' : method === 'DELETE' && removal ? 'Delete' : 'Put';
    return [{ action: `s3:${verb}${noun}`, resource }];
  }
  if (method === 'POST' && asked.has('delete')) {
    const [, ...parts] = body.toString('utf8').split('<Key>');
    const keys = parts.flatMap((part) => part.split('</Key>', 1)).filter(Boolean);
    // A body that went through unread (ports/aws-request.ts) names nothing here, and deletes all the same.
    if (keys.length === 0) return [{ action: 's3:DeleteObject' }];
    return keys.map((key) => ({ action: 's3:DeleteObject', resource: `${resource}/${plain(key)}` }));
  }
  switch (method) {
    case 'PUT':
      return [{ action: 's3:CreateBucket', resource }];
    case 'DELETE':
      return [{ action: 's3:DeleteBucket', resource }];
    case 'POST':
      return [{ action: 's3:PutObject', resource: `${resource}/*` }];
  }
  if (asked.has('uploads')) return [{ action: 's3:ListBucketMultipartUploads', resource }];
  const context = {
    ...keyOf('s3:prefix', asked.get('prefix')),
    ...keyOf('s3:delimiter', asked.get('delimiter')),
    ...keyOf('s3:max-keys', asked.get('max-keys')),
  };
  return [{ action: asked.has('versions') ? 's3:ListBucketVersions' : 's3:ListBucket', resource, context }];
}

function ofObject(
  { method, headers }: AskedRequest,
  asked: URLSearchParams,
  bucket: string,
  key: string,
): readonly AskedPermission[] {
  const resource = `${bucket}/${key}`;
  const version = asked.has('versionId');
  const noun = Object.entries(OF_OBJECT).find(([name]) => asked.has(name))?.[1];
  const reads = method === 'GET' || method === 'HEAD';
  if (noun === 'ObjectAttributes') return [{ action: 's3:GetObject', resource }];
  if (noun) {
    const verb = reads ? 'Get' : method === 'DELETE' ? 'Delete' : 'Put';
    return [{ action: `s3:${verb}${version ? noun.replace('Object', 'ObjectVersion') : noun}`, resource }];
  }
  if (reads) {
    if (asked.has('uploadId')) return [{ action: 's3:ListMultipartUploadParts', resource }];
    return [{ action: version ? 's3:GetObjectVersion' : 's3:GetObject', resource }];
  }
  if (method === 'DELETE') {
    if (asked.has('uploadId')) return [{ action: 's3:AbortMultipartUpload', resource }];
    return [{ action: version ? 's3:DeleteObjectVersion' : 's3:DeleteObject', resource }];
  }
  if (method === 'POST' && asked.has('restore')) return [{ action: 's3:RestoreObject', resource }];
  if (method === 'POST' && asked.has('select')) return [{ action: 's3:GetObject', resource }];
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  // A header that the request does not have is a key that it surely lacks.
  const context = Object.fromEntries(
    HEADERS.map((name) => [`s3:${name}`, header(name) === undefined ? [] : [header(name) ?? '']]),
  );
  const from = header('x-amz-copy-source');
  return [
    { action: 's3:PutObject', resource, context },
    ...(header('x-amz-acl') ? [{ action: 's3:PutObjectAcl', resource, context }] : []),
    ...(header('x-amz-tagging') ? [{ action: 's3:PutObjectTagging', resource }] : []),
    ...(from === undefined
      ? []
      : [{ action: 's3:GetObject', resource: `arn:aws:s3:::${decoded(from.replace(/^\//, '').split('?')[0] ?? '')}` }]),
  ];
}

const keyOf = (name: string, value: string | null | undefined): Record<string, string> =>
  value === null || value === undefined ? {} : { [name]: value };

function plain(xml: string): string {
  return xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
