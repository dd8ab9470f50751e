import { operationName, type AwsRequest } from '../ports/aws-request';

const JOB_RESULT = /^PutJob(Success|Failure)Result$/;
const READS = /^(BatchGet|Describe|Estimate|Get|List|Validate)[A-Z]?/;

/**
 * What no rehearsal allows, whatever policies say: what runs in it (builds, functions, containers, and the roles that they assume) reads pipelines and
 * never changes or approves them, and opens no page. A person and the engine may do everything.
 * @returns why not, in AWS's words (IAM User Guide, "Troubleshoot access denied error messages"); undefined: policies decide
 */
export function containment(request: AwsRequest): string | undefined {
  const { principal, service } = request;
  if (principal.kind === 'person' || principal.kind === 'engine') return undefined;
  const name = operationName(request);
  const denial = (why: string): string => denied(request, why);
  if (service === 'saiondo') return denial('only a person may open the page');
  // A function tells what became of its own job, whose id nobody else is told.
  if (service === 'codepipeline' && principal.kind === 'function' && JOB_RESULT.test(name)) return undefined;
  if ((service === 'codepipeline' || service === 'codebuild') && !READS.test(name))
    return denial('in a rehearsal what runs in a pipeline changes no pipeline and approves nothing');
  return undefined;
}

/**
 * What a role that is in no stack of this rehearsal may not do, whatever `--iam` says: nobody here knows its policies, so it changes no stack and assumes no
 * role that could.
 * @param isKnown whether a role is in a stack, or of the bootstrap
 * @returns why not, in AWS's words; undefined: policies decide
 */
export function containmentOfUnknownRole(
  request: AwsRequest,
  isKnown: (roleArn: string) => boolean,
): string | undefined {
  const { principal, service } = request;
  if (principal.roleArn === undefined || isKnown(principal.roleArn)) return undefined;
  const name = operationName(request);
  const why = 'its role is in no stack of this rehearsal, so nobody here knows what its policies allow';
  if (service === 'cloudformation' && !READS.test(name)) return denied(request, why);
  if (service !== 'sts' || name !== 'AssumeRole') return undefined;
  const role = assumedRole(request);
  return isKnown(role) ? denied(request, why, role) : undefined;
}

/** The role that a request wants to assume; '' where it wants none. */
export function assumedRole({ service, body }: AwsRequest): string {
  return service === 'sts' ? (new URLSearchParams(body.toString('utf8')).get('RoleArn') ?? '') : '';
}

function denied(request: AwsRequest, why: string, on?: string): string {
  const { principal, service, region, account } = request;
  const resource = on ?? `arn:aws:${service}:${region}:${account}:*`;
  return `User: ${principal.arn} is not authorized to perform: ${service}:${operationName(request)} on resource: ${resource} because ${why}`;
}
