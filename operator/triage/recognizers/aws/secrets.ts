import { anywhere, type Recognizer } from '../../evidence/evidence';

/** What CodeBuild, ECS, the AWS command line and the rehearsal say of a secret or a parameter that is not there. */
const MISSING: readonly { readonly pattern: RegExp; readonly summary: (groups: readonly string[]) => string }[] = [
  {
    pattern: /the (secret|parameter) (\S+) of account (\d{12}) (does not exist|has no key `[^`]+`|is not JSON[^;]*)/,
    summary: ([, kind, name, account, what]) => `the ${kind} ${name} of account ${account} ${what}`,
  },
  {
    pattern: /Secrets Manager can['’]t find the specified secret(?: value)?(?:.*?(?:secret|ARN)[: ]+(\S+))?/i,
    summary: ([, name]) => `a secret that the build asks for does not exist${name ? `: ${name}` : ''}`,
  },
  {
    pattern: /unable to (?:pull secrets|retrieve secret).*?(arn:aws\S+)?/i,
    summary: ([, arn]) => `a task cannot read its secret${arn ? ` ${arn}` : ''}`,
  },
  {
    pattern: /(?:ParameterNotFound|Parameters?:? \[?([\w/.-]+)\]? (?:not found|cannot be found))/,
    summary: ([, name]) => `a parameter that is asked for does not exist${name ? `: ${name}` : ''}`,
  },
];

/** Secrets and parameters that are missing, or have not the key that is asked for. */
export const secrets: Recognizer = {
  name: 'secrets',
  recognize: (evidence) => {
    for (const { pattern, summary } of MISSING) {
      const found = anywhere(evidence, pattern);
      if (found)
        return {
          summary: summary(found.groups),
          ...(found.line === undefined ? {} : { line: found.line, length: 1 }),
          known: 'missing-secret',
        };
    }
    return undefined;
  },
};
