import { firstMatch, type Evidence, type Finding, type Recognizer } from '../../evidence/evidence';

/** A row of an event as `cdk deploy` prints it: `STACK | 0/3 | 10:21:33 AM | UPDATE_FAILED | AWS::X::Y | Path (LogicalId) reason`, with fewer columns in older ones. */
const CDK_ROW =
  /\| +(?:CREATE|UPDATE|DELETE|IMPORT|ROLLBACK)_FAILED +\| +(AWS::\w+::\w+(?:::\w+)?|Custom::\S+) +\| +(\S.*)$/;
/** The same of `sam deploy` and of `aws cloudformation describe-stack-events --output table`: columns by spaces. */
const SAM_ROW = /^ *(?:CREATE|UPDATE|DELETE)_FAILED {2,}(AWS::\w+::\w+) {2,}(\S+) {2,}(\S.*?) *$/;
/** The heading of what the CDK says at the end of a resource, since 2.1030: `Stack/Path  (AWS::ECS::Service LogicalId)`. */
const DIAGNOSIS = /^(\S.*?) {2}\(((?:AWS|Custom)::\S+) (\w+)\)$/;
const STOPPED = /^\s+(Task stopped: .+|ERROR\s.+)$/;
/** What CloudFormation writes of the resources that it had to stop: none is the cause. */
const CANCELLED = /cancel+ed$|Resource creation Initiated|following resource\(s\) failed/i;

/** What a deployment that a build itself runs (`cdk deploy`, `sam deploy`) prints of the first resource that failed. */
export const deployOutput: Recognizer = {
  name: 'deploy-output',
  recognize: ({ output }: Evidence): Finding | undefined => {
    const diagnosed = fromDiagnosis(output);
    if (diagnosed) return diagnosed;
    for (const [at, line] of output.entries()) {
      const row = CDK_ROW.exec(line) ?? SAM_ROW.exec(line);
      if (!row) continue;
      const [, type = '', said = ''] = row;
      const next = (output[at + 1] ?? '').trim();
      // Older CLIs break the line between the resource and the reason.
      const reason = row[3]
        ? wrapped(row[3], output, at)
        : /\s/.test(said.replace(/\s*\([^)]*\)\s*$/, ''))
          ? said
          : `${said} ${next}`;
      if (CANCELLED.test(reason)) continue;
      return {
        summary: `${row[3] ? `${said} ` : ''}(${type}) failed: ${reason}`.replace(/^\(/, 'a resource ('),
        line: at,
        length: 1,
        known: 'stack-rolled-back',
      };
    }
    return undefined;
  },
};

/** The CDK's own diagnosis of the first failed resource: what stopped its task or failed in its function, else the resource's reason. */
function fromDiagnosis(output: readonly string[]): Finding | undefined {
  const failed = firstMatch(output, /^\s*❌ +\S+ failed: /);
  const heading = failed && firstMatch(output, DIAGNOSIS, failed.line);
  if (!heading) return undefined;
  const below = output.slice(heading.line + 1);
  const next = below.findIndex((line) => DIAGNOSIS.test(line));
  const own = next < 0 ? below : below.slice(0, next);
  const stopped = own.find((line) => STOPPED.test(line));
  const reason = (stopped ?? own.find((line) => line.trim() !== '') ?? '').trim();
  return {
    summary: `${heading.groups[3]} (${heading.groups[2]}) failed: ${reason}`,
    line: heading.line,
    length: 1,
    known: 'stack-rolled-back',
  };
}

/** A cell of a table that is wrapped: the lines below it have nothing ahead of their part of it. */
function wrapped(first: string, output: readonly string[], at: number): string {
  const next = output.slice(at + 1).findIndex((line) => !/^\s{20,}\S/.test(line));
  const rest = next < 0 ? output.slice(at + 1) : output.slice(at + 1, at + 1 + next);
  return [first, ...rest.map((line) => line.trim())].join(' ');
}
