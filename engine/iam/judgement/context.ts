import type { Caller, RequestContext } from '../decision/request';

/** The keys of a VPC endpoint. */
const ofEndpoints = /^aws:(sourcevpc|sourcevpce|sourcevpcarn|vpcsourceip|vpce(account|orgid|orgpaths))$/;

/** Keys of which a rehearsal cannot say what AWS would have: they belong to AWS's network, its organization, or the resource's tags. */
const unknowable: readonly (readonly [RegExp, string])[] = [
  [/^aws:(sourceip|useragent|referer)$/, 'a rehearsal has no network of AWS'],
  [ofEndpoints, 'whether its network has an endpoint of the service is not known here'],
  [/^aws:(principal|resource|source)org(id|paths)$/, 'a rehearsal has no organization'],
  [/^aws:(userid|tokenissuetime|ec2instancesource.*)$/, 'only AWS makes it'],
  [/^aws:(sourcearn|sourceaccount)$/, 'AWS’s pages do not say which resource the service acts for here'],
  [/^(aws:resourcetag\/|[a-z0-9-]+:resourcetag\/)/, 'the tags of the resource are not known here'],
];

/** Keys that every request of a service for a pipeline lacks: nobody signed in, no tags are given, no service passes on another's credentials. */
const lacking =
  /^sts:externalid$|^aws:(multifactorauth|requesttag\/|tagkeys$|username$|federatedprovider$|calledvia|sourceidentity$)/;

/** What is known of a request beyond who asks for what. */
export interface RequestFacts {
  /** The keys of this call, by AWS's names. */
  readonly own: Readonly<Record<string, string | readonly string[]>>;
  /** Keys of which only the beginning is known. */
  readonly begins?: Readonly<Record<string, { readonly begins: string; readonly why: string }>>;
  /** The tags of the caller's role. */
  readonly tags: Readonly<Record<string, string>>;
  /** Those of the resource; undefined where nobody here knows them. */
  readonly resourceTags?: Readonly<Record<string, string>>;
  /** Whether what calls may be in a network of the app, whose endpoints it passes. */
  readonly inNetwork: boolean;
}

/** The keys of a request as far as the rehearsal knows them (IAM User Guide, "AWS global condition context keys"). */
export function contextOf(
  caller: Caller,
  action: string,
  resource: string,
  resourceAccount: string,
  { own, begins = {}, tags, resourceTags, inNetwork }: RequestFacts,
): RequestContext {
  const region = resource.split(':')[3] ?? '';
  const service = action.split(':')[0]?.toLowerCase() ?? '';
  const now = new Date();
  const values: Record<string, string | readonly string[]> = {
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    'aws:SecureTransport': 'true',
    // AWS always gives it: true where a service asks another one for who asked it (same page, "aws:ViaAWSService"), as S3 asks KMS.
    'aws:ViaAWSService': 'kms:ViaService' in own ? 'true' : 'false',
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
    begins: new Map(Object.entries(begins).map(([key, value]) => [key.toLowerCase(), value])),
    unknown: (key) => {
      if (resourceTags && /^[a-z0-9-]+:resourcetag\//.test(key)) return undefined;
      if (lacks(caller, inNetwork, key)) return undefined;
      const found = unknowable.find(([pattern]) => pattern.test(key));
      if (found) return found[1];
      if (lacking.test(key) || key.startsWith('aws:principaltag/')) return undefined;
      // A service's own key: of this service it depends on the request's details, of another no request has it.
      return key.startsWith(`${service}:`) ? 'the request’s details are not recorded' : undefined;
    },
  };
}

/**
 * Whether a request surely lacks a key, by who makes it (same page): the source's keys are there "only if the call to your resource is made directly by an AWS service
 * principal", the organization of the principal only where it is one of an account, an endpoint's keys only where the request passes one.
 */
function lacks({ type }: Caller, inNetwork: boolean, key: string): boolean {
  if (/^aws:source(arn|account|orgid|orgpaths)$/.test(key)) return type !== 'service';
  if (/^aws:principalorg(id|paths)$/.test(key)) return type === 'service' || type === 'anonymous';
  return ofEndpoints.test(key) && !inNetwork;
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
