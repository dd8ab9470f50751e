import type { AwsRequest } from '../ports/aws-request';

const JOB_RESULT = /^PutJob(Success|Failure)Result$/;
const READS = /^(BatchGet|Describe|Estimate|Get|List|Validate)[A-Z]?/;

/**
 * What no rehearsal allows, whatever policies say: what runs in it (builds, functions, containers, and the roles that they assume) reads pipelines and
 * never changes or approves them, and opens no page. A person and the engine may do everything.
 * @returns why not, in AWS's words (IAM User Guide, "Troubleshoot access denied error messages"); undefined: policies decide
 */
export function containment({ principal, service, operation, region, account }: AwsRequest): string | undefined {
  if (principal.kind === 'person' || principal.kind === 'engine') return undefined;
  const name = operation.split('.').at(-1) ?? '';
  const denial = (why: string): string =>
    `User: ${principal.arn} is not authorized to perform: ${service}:${name} on resource: arn:aws:${service}:${region}:${account}:* because ${why}`;
  if (service === 'saiondo') return denial('only a person may open the page');
  // A function tells what became of its own job, whose id nobody else is told.
  if (service === 'codepipeline' && principal.kind === 'function' && JOB_RESULT.test(name)) return undefined;
  if ((service === 'codepipeline' || service === 'codebuild') && !READS.test(name))
    return denial('in a rehearsal what runs in a pipeline changes no pipeline and approves nothing');
  return undefined;
}
