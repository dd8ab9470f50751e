import type { Caller, RequestContext } from '../decision/request';

/** Keys of which a rehearsal cannot say what AWS would have: they belong to AWS's network, its organization, or the resource's tags. */
const unknowable: readonly (readonly [RegExp, string])[] = [
  [
    /^aws:(sourceip|sourcevpc|sourcevpce|sourcevpcarn|vpcsourceip|useragent|referer)$/,
    'a rehearsal has no network of AWS',
  ],
  [/^aws:(principal|resource|source)org(id|paths)$/, 'a rehearsal has no organization'],
  [/^aws:(userid|tokenissuetime|sourceidentity|ec2instancesource.*)$/, 'only AWS makes it'],
  [/^aws:(sourcearn|sourceaccount)$/, 'which resource the service acts for is not recorded'],
  [/^(aws:resourcetag\/|[a-z0-9-]+:resourcetag\/)/, 'the tags of the resource are not known here'],
];

/** Keys that every request of a service for a pipeline lacks: nobody signed in, no tags are given. */
const lacking = /^sts:externalid$|^aws:(multifactorauth|requesttag\/|tagkeys$|username$|federatedprovider$|calledvia)/;

/**
 * The keys of a request as far as the rehearsal knows them (IAM User Guide, "AWS global condition context keys").
 * @param own the keys of this call, by AWS's names
 * @param tags the tags of the caller's role
 * @param resourceTags those of the resource; undefined where nobody here knows them
 */
export function contextOf(
  caller: Caller,
  action: string,
  resource: string,
  resourceAccount: string,
  own: Readonly<Record<string, string | readonly string[]>>,
  tags: Readonly<Record<string, string>>,
  resourceTags?: Readonly<Record<string, string>>,
): RequestContext {
  const region = resource.split(':')[3] ?? '';
  const service = action.split(':')[0]?.toLowerCase() ?? '';
  const now = new Date();
  const values: Record<string, string | readonly string[]> = {
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    'aws:SecureTransport': 'true',
    // AWS always gives it; a service role's call is nobody's who is passed on (same page, "aws:ViaAWSService").
    'aws:ViaAWSService': 'false',
    'aws:ResourceAccount': resourceAccount,
    's3:ResourceAccount': resourceAccount,
    ...(region ? { 'aws:RequestedRegion': region } : {}),
    ...(caller.type === 'service' ? serviceKeys(caller.name) : {}),
    ...(caller.type === 'role' ? roleKeys(caller.roleArn, caller.account, tags) : {}),
    ...(resourceTags ? resourceTagKeys(service, resourceTags) : {}),
    ...own,
  };
  return {
    values: new Map(
      Object.entries(values).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]),
    ),
    unknown: (key) => {
      if (resourceTags && /^[a-z0-9-]+:resourcetag\//.test(key)) return undefined;
      const found = unknowable.find(([pattern]) => pattern.test(key));
      if (found) return found[1];
      if (lacking.test(key) || key.startsWith('aws:principaltag/')) return undefined;
      // A service's own key: of this service it depends on the request's details, of another no request has it.
      return key.startsWith(`${service}:`) ? 'the request’s details are not recorded' : undefined;
    },
  };
}

/** `aws:ResourceTag/KEY`, and the same of the service: of a role that is assumed it is IAM's (Service Authorization Reference, AWS STS). */
function resourceTagKeys(service: string, tags: Readonly<Record<string, string>>): Record<string, string> {
  const own = service === 'sts' ? 'iam' : service;
  return Object.fromEntries(
    Object.entries(tags).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`${own}:ResourceTag/${key}`, value],
    ]),
  );
}

function serviceKeys(name: string): Record<string, string> {
  return { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': name };
}

function roleKeys(arn: string, account: string, tags: Readonly<Record<string, string>>): Record<string, string> {
  return {
    'aws:PrincipalArn': arn,
    'aws:PrincipalAccount': account,
    'aws:PrincipalType': 'AssumedRole',
    'aws:PrincipalIsAWSService': 'false',
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  };
}
