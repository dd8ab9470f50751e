/** Partitions of AWS (AWS General Reference, "Amazon Resource Names"). */
const partitions = new Set([
  'aws',
  'aws-cn',
  'aws-us-gov',
  'aws-iso',
  'aws-iso-b',
  'aws-iso-e',
  'aws-iso-f',
  'aws-eusc',
]);

const iamPaths = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
];

/**
 * What IAM says of an entry of `Action` or `NotAction` (IAM's answers to CreatePolicy, as moto's policy validation records them).
 * @returns IAM's text, or undefined where it takes the entry
 */
export function actionFormatProblem(action: string): string | undefined {
  if (action === '*') return undefined;
  const parts = action.split(':');
  if (parts.length === 1) return 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
  if (parts.length > 2) return 'Actions/Condition can contain only one colon.';
  const vendor = parts[0] ?? '';
  if (vendor !== '*' && !/^[a-zA-Z0-9\-.]+$/.test(vendor)) return `Vendor ${vendor} is not valid`;
  return undefined;
}

/**
 * What IAM says of an entry of `Resource` or `NotResource`.
 * @param kind resource policies of services take forms that IAM's own do not
 * @returns IAM's text, or undefined where it takes the entry
 */
export function resourceFormatProblem(resource: string, kind: 'identity' | 'resource'): string | undefined {
  if (resource === '*' || /^\*+$/.test(resource)) return undefined;
  const parts = resource.split(':');
  if (parts.length === 1) return kind === 'resource' ? undefined : `Resource ${resource} must be in ARN format or "*".`;
  if (parts[0] !== 'arn') return `Resource ${resource} must be in ARN format or "*".`;
  const [, partition = '', service, region = '', account = '', ...rest] = parts;
  if (partition !== '*' && !partition.includes('*') && !partitions.has(partition)) {
    return `Partition "${partition}" is not valid for resource "${[
      'arn',
      partition,
      service || '*',
      region || '*',
      account || '*',
      rest.join(':') || '*',
    ].join(':')}".`;
  }
  if (service === undefined) return 'Resource vendor must be fully qualified and cannot contain regexes.';
  if (service === '' || (service.includes('*') && service !== '*')) {
    return 'Resource vendor must be fully qualified and cannot contain regexes.';
  }
  if (service === '*' || parts.length < 6)
    return resource.endsWith('*') ? undefined : 'The policy failed legacy parsing';
  if (kind === 'identity' && service === 'iam') {
    if (region !== '') return `IAM resource ${resource} cannot contain region information.`;
    const path = rest.join(':');
    if (path !== '*' && !path.includes('*') && path !== 'root' && !iamPaths.some((start) => path.startsWith(start))) {
      return `IAM resource path must either be "*" or start with ${iamPaths.join(', ')}.`;
    }
  }
  return undefined;
}

/** Whether an ARN or account can stand in `Principal.AWS` (IAM User Guide, "AWS JSON policy elements: Principal"). */
export function isAwsPrincipal(value: string): boolean {
  return (
    value === '*' ||
    /^\d{12}$/.test(value) ||
    /^A[RI](OA|DA)[A-Z0-9]{12,}$/.test(value) ||
    /^arn:aws[a-z-]*:iam::\d{12}:(root|user\/[^*?]+|role\/[^*?]+)$/.test(value) ||
    /^arn:aws[a-z-]*:iam::cloudfront:user\/[^*?]+$/.test(value) ||
    /^arn:aws[a-z-]*:sts::\d{12}:(assumed-role|federated-user)\/[^*?]+$/.test(value) ||
    /^arn:aws[a-z-]*:sts::\d{12}:self$/.test(value)
  );
}

/** Whether a name has the form of a service principal: `codebuild.amazonaws.com` (IAM User Guide, "AWS service principals"). Which services there are, AWS does not publish. */
export function isServicePrincipal(value: string): boolean {
  return value === '*' || /^[a-z0-9*-]+(\.[a-z0-9*-]+)+$/.test(value);
}
