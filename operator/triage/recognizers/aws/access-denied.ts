import { anywhere, type Recognizer } from '../../evidence/evidence';

const WHO = /(?:User: )?(\S+) is not authorized to perform: (\S+)(?: on resource: (\S+))?/;
const CALL =
  /An error occurred \((AccessDenied\w*|UnauthorizedOperation|UnrecognizedClientException)\) when calling the (\w+) operation/;
const PLAIN = /\b(AccessDenied(?:Exception)?|UnauthorizedOperation)\b[: ]*(.*)/;

/** What IAM refused: who, which action, on what. */
export const accessDenied: Recognizer = {
  name: 'access-denied',
  recognize: (evidence) => {
    const who = anywhere(evidence, WHO);
    const call = who ? undefined : anywhere(evidence, CALL);
    const found = who ?? call ?? anywhere(evidence, PLAIN);
    if (!found) return undefined;
    const [, first = '', second = '', third = ''] = found.groups;
    const summary = who
      ? `access denied: ${shortName(first)} may not ${second}${third ? ` on ${third.replace(/[.,]$/, '')}` : ''}`
      : call
        ? `access denied: ${second} (${first})`
        : `access denied: ${second || first}`;
    return { summary, ...(found.line === undefined ? {} : { line: found.line, length: 1 }), known: 'access-denied' };
  },
};

/** `saiondo-dev-migrate-build` of an assumed role's ARN. */
function shortName(arn: string): string {
  return /:assumed-role\/([^/]+)/.exec(arn)?.[1] ?? /:(?:role|user)\/(.+)$/.exec(arn)?.[1] ?? arn;
}
