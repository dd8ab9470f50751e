import type { Authorizer, AwsRequest } from '../ports/aws-request';
import type { StackLedger } from '../ports/ledger';
import { allows, isKnownRole } from './role-policies';

const READS = /^(BatchGet|Describe|Estimate|Get|List|Validate)[A-Z]?/;
const NOT_KNOWN = 'its role is in no stack of this rehearsal, so nobody here knows what its policies allow';

/**
 * The permissions of a rehearsal until policies are judged as a whole. A person and the engine may do everything. What runs in it (builds, functions,
 * containers, and the roles that they assume) reads pipelines and never changes or approves them; changes stacks only by a role whose policies allow
 * it; assumes roles only where its own policies allow it. Other services answer everybody who signs.
 * A role that is in no stack here has policies that nobody here knows: it changes no stacks and assumes no role that could.
 */
export function interimPermissions(ledger: () => StackLedger): Authorizer {
  return (request) => {
    const { principal, service } = request;
    if (principal.kind === 'person' || principal.kind === 'engine') return undefined;
    const name = request.operation.split('.').at(-1) ?? '';
    const { roleArn = '' } = principal;
    if (service === 'saiondo') return denial(request, name, 'only a person may open the page');
    if ((service === 'codepipeline' || service === 'codebuild') && !READS.test(name))
      return denial(request, name, 'in a rehearsal what runs in a pipeline changes no pipeline and approves nothing');
    if (service !== 'cloudformation' && service !== 'sts') return undefined;
    const known = isKnownRole(ledger(), roleArn);
    if (service === 'cloudformation' && !READS.test(name)) {
      if (!known) return denial(request, name, NOT_KNOWN);
      if (!allows(ledger(), roleArn, `cloudformation:${name}`))
        return denial(request, name, `no identity-based policy allows the cloudformation:${name} action`);
    }
    if (service === 'sts' && name === 'AssumeRole') {
      const role = new URLSearchParams(request.body.toString('utf8')).get('RoleArn') ?? '';
      if (!known) return isKnownRole(ledger(), role) ? denial(request, name, NOT_KNOWN, role) : undefined;
      if (!allows(ledger(), roleArn, 'sts:AssumeRole', role))
        return denial(request, name, 'no identity-based policy allows the sts:AssumeRole action', role);
    }
    return undefined;
  };
}

/** AWS's words (IAM User Guide, "Troubleshoot access denied error messages"). */
function denial({ principal, service, region, account }: AwsRequest, name: string, why: string, on?: string): string {
  const resource = on ?? `arn:aws:${service}:${region}:${account}:*`;
  return `User: ${principal.arn} is not authorized to perform: ${service}:${name} on resource: ${resource} because ${why}`;
}
