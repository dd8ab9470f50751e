import { normalName } from './aws-hosts';

/** A host of AWS that serves files to anybody. */
export interface PublicDownload {
  readonly host: string;
  /** Where on it, without the first slash; all of it where undefined. */
  readonly prefix?: string;
  readonly why: string;
}

/** Hosts of AWS that give public files. Only a GET or HEAD without any signature reaches them; everything else is the local endpoint's. */
export const PUBLIC_DOWNLOADS: readonly PublicDownload[] = [
  { host: 'awscli.amazonaws.com', why: 'installers of the AWS CLI' },
  { host: 's3.amazonaws.com', prefix: 'aws-cli/', why: 'installers of the AWS CLI 1' },
  { host: 'truststore.pki.rds.amazonaws.com', why: 'the CAs of RDS' },
  { host: 's3.amazonaws.com', prefix: 'rds-downloads/', why: 'the CAs of RDS, at their older address' },
  { host: 's3.amazonaws.com', prefix: 'redshift-downloads/', why: 'drivers and CAs of Redshift' },
  { host: 's3.amazonaws.com', prefix: 'session-manager-downloads/', why: 'the plugin of the Session Manager' },
  { host: 's3.amazonaws.com', prefix: 'amazoncloudwatch-agent/', why: 'the agent of CloudWatch' },
  { host: 'amazoncloudwatch-agent.s3.amazonaws.com', why: 'the agent of CloudWatch' },
  { host: 's3.amazonaws.com', prefix: 'ec2-downloads-windows/', why: 'the agent of the Systems Manager' },
  { host: 'amazon-eks.s3.us-west-2.amazonaws.com', why: 'kubectl and aws-iam-authenticator' },
  { host: 's3.us-west-2.amazonaws.com', prefix: 'amazon-eks/', why: 'kubectl and aws-iam-authenticator' },
  { host: 's3.amazonaws.com', prefix: 'cloudformation-examples/', why: 'the helper scripts of CloudFormation' },
  { host: 'github-cloud.s3.amazonaws.com', why: 'the files that git-lfs has on GitHub' },
];

/** Whether a host gives public files at all. */
export function servesDownloads(host: string): boolean {
  return PUBLIC_DOWNLOADS.some((one) => one.host === normalName(host));
}

/** A request as far as it matters whether it is anonymous. */
export interface PlainRequest {
  readonly host: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
}

/** Whether a request may go to the real host: a public file, asked for without a name. */
export function isPublicDownload({ host, method, url, headers }: PlainRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  if ('authorization' in headers || 'cookie' in headers) return false;
  if (Object.keys(headers).some((name) => name.startsWith('x-amz-'))) return false;
  if (url.includes('?') || url.includes('..') || /%2e/i.test(url)) return false;
  const name = normalName(host.replace(/:\d+$/, ''));
  return PUBLIC_DOWNLOADS.some((one) => one.host === name && url.startsWith(`/${one.prefix ?? ''}`));
}
