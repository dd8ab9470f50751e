import { operationName, type AwsHandler, type AwsRequest } from '../../ports/aws-request';
import type { DeployedStack, ResourceOfStack, StackLedger } from '../../ports/ledger';
import { notAnswered } from '../../gateway/aws-error';
import { decodeInput } from '../protocol/wire';
import { sees } from '../protocol/service';
import { decoded } from '../../text/percent';

/** CloudFormation's word for a service, where it is not the name in a signature (CloudFormation's resource reference; Service Authorization Reference). */
const SERVICES: Readonly<Record<string, readonly string[]>> = {
  acm: ['CertificateManager'],
  apigateway: ['ApiGateway', 'ApiGatewayV2'],
  'codestar-connections': ['CodeStarConnections', 'CodeConnections'],
  codeconnections: ['CodeStarConnections', 'CodeConnections'],
  'cognito-idp': ['Cognito'],
  'cognito-identity': ['Cognito'],
  elasticfilesystem: ['EFS'],
  elasticloadbalancing: ['ElasticLoadBalancing', 'ElasticLoadBalancingV2'],
  es: ['Elasticsearch', 'OpenSearchService'],
  firehose: ['KinesisFirehose'],
  monitoring: ['CloudWatch'],
  states: ['StepFunctions'],
};
/** What runs on this machine outside of the endpoint behind, which knows nothing of it. */
const ELSEWHERE = /^AWS::(ECS|ElasticLoadBalancingV2|RDS)::/;
/** What a service's operations call a type, where it is not the type's own name. */
const NOUNS: Readonly<Record<string, string>> = {
  'AWS::IAM::ManagedPolicy': 'policy',
  'AWS::CloudWatch::CompositeAlarm': 'alarm',
  'AWS::ApiGateway::RestApi': 'restapi',
  'AWS::EC2::NatGateway': 'natgateway',
};

/** What IAM tells of the one who asks and of the whole account: the endpoint behind makes up a user and counts none of the stacks' roles. */
const OF_ACCOUNT = new Set(['GetUser', 'GetAccountSummary', 'GetAccountAuthorizationDetails']);

/**
 * What a person asks of a service whose resources only the stacks know: the endpoint behind knows nothing of them and would answer an empty list, or that
 * they do not exist. It is refused in words instead. Builds and functions are answered as before: their calls may be about what they made themselves.
 */
export function recordedReads(ledger: () => StackLedger): AwsHandler {
  return (request) => {
    if (request.principal.kind !== 'person') return undefined;
    if (
      request.service === 'tagging' &&
      ledger()
        .list()
        .some((stack) => sees(request, stack))
    )
      return notAnswered(
        request,
        'A rehearsal keeps no list of tags. A stack’s tags: aws cloudformation describe-stacks; a resource’s own: aws cloudformation get-template',
      );
    if (
      request.service === 'iam' &&
      OF_ACCOUNT.has(operationName(request)) &&
      !/(^|&)UserName=/.test(request.body.toString())
    )
      return notAnswered(
        request,
        'A rehearsal has no users of IAM. Who a key belongs to: aws sts get-caller-identity; the roles of a stack: aws cloudformation describe-stack-resources',
      );
    const about = recordedOf(request, ledger().list());
    if (about.length === 0) return undefined;
    const types = [...new Set(about.map((one) => one.type))].sort();
    const [{ stack }] = about as [ResourceOfStack];
    return notAnswered(
      request,
      `The stacks of this rehearsal have ${about.length} of ${types.join(', ')}, and a rehearsal does not answer for them in this API. What was deployed: aws cloudformation describe-stack-resources --stack-name ${stack.stackName}`,
    );
  };
}

/** The resources that a request is about: those of the kind that it lists, or those that it names. */
export function recordedOf(request: AwsRequest, stacks: readonly DeployedStack[]): ResourceOfStack[] {
  const service = request.service.toLowerCase();
  const words = SERVICES[service] ?? [service.replaceAll('-', '')];
  const all = stacks
    .filter((stack) => sees(request, stack))
    .flatMap((stack) => Object.values(stack.resources).map((one): ResourceOfStack => ({ ...one, stack })));
  const own = all.filter(({ standing, type }) => {
    const [, of = ''] = type.split('::');
    return (
      (standing === 'recorded' || ELSEWHERE.test(type)) && words.some((word) => word.toLowerCase() === of.toLowerCase())
    );
  });
  if (own.length === 0) return [];
  const nouns = nounsOf(request);
  const named = valuesOf(request);
  // A bucket's policy has the bucket's name for an id, and the bucket is behind: its objects are answered, its policy is not.
  const here = new Set(all.filter(({ standing }) => standing === 'real').map(({ physicalId }) => physicalId));
  const query = new URLSearchParams(request.url.split('?')[1]);
  const asksPolicy = query.has('policy') || query.has('policyStatus');
  return own.filter(({ type, physicalId, attributes }) => {
    const noun = NOUNS[type] ?? (type.split('::').at(-1) ?? '').toLowerCase();
    if (here.has(physicalId) && !asksPolicy) return nouns.has(noun);
    return nouns.has(noun) || named.has(physicalId) || named.has(String(attributes.Arn));
  });
}

/** What a request lists: `loadbalancer` of DescribeLoadBalancers, `function` of GET /2015-03-31/functions/. Empty for what changes something. */
function nounsOf({ operation, method, url }: AwsRequest): Set<string> {
  const name = operationName({ operation });
  const [, noun] = /^(?:List|Describe|Get|BatchGet|Search)([A-Z]\w*)$/.exec(name) ?? [];
  // One in the singular is about the one that it names: who names another than the stacks have is told by who answers that there is none.
  if (noun !== undefined) return isSingular(noun) ? new Set() : new Set(singulars(listed(noun)));
  if (operation !== '' || method !== 'GET') return new Set();
  return new Set(
    (url.split('?')[0] ?? '').split('/').flatMap((part) => singulars(part.replace(/by(?:name|vpc)$/, ''))),
  );
}

/** What an operation lists, without by what: `Alarms` of DescribeAlarmsForMetric, `HostedZones` of ListHostedZonesByName. */
function listed(noun: string): string {
  const at = noun.search(/(?:For|By|In)[A-Z]/);
  return (at > 0 ? noun.slice(0, at) : noun).replace(/(?:Summaries|Names|Ids|Details)$/, '');
}

function isSingular(noun: string): boolean {
  return !/s$/i.test(listed(noun)) && listed(noun) === noun;
}

/** A word in small letters as it may be in the singular: policies, aliases, functions. */
function singulars(text: string): string[] {
  const word = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  return [word, word.replace(/s$/, ''), word.replace(/es$/, ''), word.replace(/ies$/, 'y')];
}

/** Every text that a request holds, and the last part of each ARN and address among them. */
function valuesOf(request: AwsRequest): Set<string> {
  const found = new Set<string>();
  const add = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(add);
    else if (value !== null && typeof value === 'object') Object.values(value).forEach(add);
    else if (typeof value === 'string') for (const part of [value, ...value.split(/[/:]/)]) found.add(part);
  };
  const [pathname = '', query = ''] = request.url.split('?');
  pathname.split('/').forEach((part) => add(decoded(part)));
  new URLSearchParams(query).forEach(add);
  if (/x-www-form-urlencoded/.test(request.headers['content-type'] ?? ''))
    new URLSearchParams(request.body.toString('utf8')).forEach(add);
  else if (request.operation !== '') add(bodyOf(request));
  found.delete('');
  return found;
}

function bodyOf(request: AwsRequest): unknown {
  try {
    return decodeInput(request);
  } catch {
    return undefined;
  }
}
