/**
 * The domains of AWS's endpoints: the suffixes of every partition (botocore, `partitions.json`), dual-stack ones included, and those of functions'
 * URLs and of sign-in. `amazonaws.com` holds FIPS names, buckets, registries, load balancers and databases too.
 */
export const AWS_DOMAINS: readonly string[] = [
  'amazonaws.com',
  'api.aws',
  'on.aws',
  'amazonaws.com.cn',
  'api.amazonwebservices.com.cn',
  'on.amazonwebservices.com.cn',
  'amazonaws.eu',
  'api.amazonwebservices.eu',
  'on.amazonwebservices.eu',
  'c2s.ic.gov',
  'api.aws.ic.gov',
  'sc2s.sgov.gov',
  'api.aws.scloud',
  'cloud.adc-e.uk',
  'api.cloud-aws.adc-e.uk',
  'csp.hci.ic.gov',
  'api.aws.hci.ic.gov',
  'signin.aws.amazon.com',
  'signin.aws',
  'awsapps.com',
  'amazoncognito.com',
];

/** The addresses that give a machine's or a container's credentials (EC2 and ECS documentation, "instance metadata", "task metadata"). */
export const METADATA_ADDRESSES: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  'fd00:ec2::254',
  'fd00:ec2::23',
]);

/** Ahead of a domain: what is not an API but somebody's load balancer, database or network interface. */
const NO_API =
  /(^|\.)(elb|rds|cache|compute|compute-\d+|redshift|docdb|neptune|kafka|efs|fsx|es|aoss|airflow|dax-clusters|memorydb|mq)(\.|$)/;

/** The lower-case name without the dot at its end. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** Whether a name belongs to AWS's endpoints. */
export function isAwsHost(name: string): boolean {
  const host = normalName(name);
  return AWS_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/** Whether a name of AWS is that of a customer's resource that speaks its own protocol, not of an API. */
export function isResourceHost(name: string): boolean {
  const host = normalName(name);
  const domain = AWS_DOMAINS.find((one) => host.endsWith(`.${one}`));
  return domain !== undefined && NO_API.test(host.slice(0, -domain.length - 1)) && !isApiOf(host, domain);
}

/** `rds.us-east-1.amazonaws.com` is an API, `db.abc.us-east-1.rds.amazonaws.com` is a database. */
function isApiOf(host: string, domain: string): boolean {
  const labels = host.slice(0, -domain.length - 1).split('.');
  return labels.length <= 2 || /^api\./.test(host);
}
