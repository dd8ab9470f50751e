import type { StackLedger } from '../../ports/ledger';

/** What a Lambda function is, for the person who has to know what is not rehearsed: from the ledger, or that it is not there. */
export function describeFunction(ledger: StackLedger, name: string, account: string, region: string): string {
  const short = /:function:([^:]+)/.exec(name)?.[1] ?? name;
  const found = ledger
    .resources('AWS::Lambda::Function', account, region)
    .find((one) => one.physicalId === short || one.attributes.Arn === name);
  if (!found) return `the Lambda function ${short}, which no deployed stack defines`;
  const { Runtime: runtime, Handler: handler, Description: description } = found.properties;
  const about = [runtime, handler].filter((part) => typeof part === 'string').join(' ');
  const text = typeof description === 'string' ? `: ${description}` : '';
  return `the Lambda function ${short} (${about || 'a container image'}, ${found.stack.stackName}/${found.logicalId}${text})`;
}

/** The name under which a Lambda function is missing on this machine. */
export const LAMBDA_MISSING = 'AWS Lambda';
