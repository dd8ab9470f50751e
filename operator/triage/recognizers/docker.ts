import { firstMatch, type Recognizer } from '../evidence/evidence';
import { likeliestLine } from '../evidence/likely-line';
import { stepOutput } from '../evidence/image-build';

const PARSE = /dockerfile parse error(?: on)? line (\d+): (.+)$/i;
const NO_IMAGE =
  /(?:failed to resolve source metadata for|pull access denied for|manifest for|failed to solve:) ([\w./:@-]+?)(?::|,| not found)?(?: .*?)?(?:: )?(?:not found|manifest unknown|repository does not exist|no such host|i\/o timeout|connection refused|failed to do request|denied)/i;
const UNREACHABLE =
  /Get "https:\/\/([^/"]+)\/v2\/[^"]*".*(?:no such host|i\/o timeout|connection refused|Client\.Timeout)/;
/** A registry that does not know who asks. Its sentence of an image that may not exist is about the same answer. */
const LOGIN =
  /(?:authorization token has expired|no basic auth credentials|(?:credentials|token|session) (?:has|have) expired|unauthorized: (?:authentication required|incorrect username or password|access token|HTTP Basic)|authentication required|401 Unauthorized|Error saving credentials|error getting credentials)/i;
const REGISTRY = /((?:[\w-]+\.)+(?:amazonaws\.com(?:\.cn)?|aws|io|com|dev|org))(?:\/|:|\b)/;
const LIMIT = /toomanyrequests: (.+)$/;
const STEP =
  /(?:process|executor failed running|The command) ["'[](?:\/bin\/sh -c )?(.+?)["'\]]? (?:did not complete successfully|returned a non-zero code|: exit code):? ?(?:exit code: )?(\d+)/;
const COPY = /failed to (?:compute cache key|calculate checksum)[^"]*"([^"]+)": not found/;
const DAEMON = /Cannot connect to the Docker daemon/;

/** Docker's errors: the file, the base image, a step. What a step's own tool says is looked for by that tool's recognizer first. */
export const docker: Recognizer = {
  name: 'docker',
  recognize: (evidence) => {
    const { output } = evidence;
    const parse = firstMatch(output, PARSE);
    if (parse)
      return {
        summary: `Dockerfile line ${parse.groups[1]}: ${parse.groups[2]}`,
        line: parse.line,
        length: 1,
        known: 'dockerfile-error',
      };
    const copy = firstMatch(output, COPY);
    if (copy)
      return {
        summary: `the Dockerfile copies ${copy.groups[1]}, which the folder does not have (or .dockerignore leaves out)`,
        line: copy.line,
        length: 1,
        known: 'dockerfile-error',
      };
    const limit = firstMatch(output, LIMIT);
    if (limit)
      return {
        summary: `the registry limits pulls: ${limit.groups[1]}`,
        line: limit.line,
        length: 1,
        known: 'base-image-not-found',
      };
    const login = firstMatch(output, LOGIN);
    if (login) {
      const text = output[login.line] ?? '';
      const registry = REGISTRY.exec(text)?.[1] ?? REGISTRY.exec(baseImage(output, login.line))?.[1] ?? 'the registry';
      const expired = /expired/i.test(text);
      return {
        summary: `${expired ? `the login to ${registry} has expired` : `there is no valid login to ${registry}`}: ${login.groups[0]}`,
        line: login.line,
        length: 1,
        known: 'registry-login',
      };
    }
    const none = firstMatch(output, NO_IMAGE);
    if (none)
      return {
        summary: `the base image ${none.groups[1]} cannot be had: ${reasonOf(none.groups[0] ?? '')}`,
        line: none.line,
        length: 1,
        known: 'base-image-not-found',
      };
    const registry = firstMatch(output, UNREACHABLE);
    if (registry)
      return {
        summary: `the base image ${baseImage(output, registry.line)} cannot be had: its registry ${registry.groups[1]} does not answer`,
        line: registry.line,
        length: 1,
        known: 'base-image-not-found',
      };
    const step = firstMatch(output, STEP);
    if (step)
      return {
        summary: `the image’s step “${step.groups[1]}” failed with exit code ${step.groups[2]}${saidIn(evidence, step.line)}`,
        line: likeliestLine(stepOutput(output)) ?? step.line,
        length: 1,
        known: 'image-build-step',
      };
    const daemon = firstMatch(output, DAEMON);
    if (daemon) return { summary: 'Docker does not run where the build ran', line: daemon.line, length: 1 };
    return undefined;
  },
};

/** What the step itself printed, in one line. */
function saidIn(evidence: { readonly output: readonly string[] }, verdict: number): string {
  const output = stepOutput(evidence.output);
  const line = likeliestLine(output);
  return line === undefined || line === verdict ? '' : `: ${output[line]?.trim() ?? ''}`;
}

/** The image of the last FROM that was begun before a line: in the old builder's words, or in BuildKit's. */
function baseImage(output: readonly string[], before: number): string {
  const from = [...output.slice(0, before + 1)]
    .reverse()
    .map((line) => /(?:: FROM|load metadata for) (\S+)/.exec(line)?.[1])
    .find((image) => image !== undefined);
  return from ?? '(see below)';
}

function reasonOf(text: string): string {
  const [reason = 'see below'] =
    /not found|manifest unknown|repository does not exist|no such host|i\/o timeout|connection refused|denied/i.exec(
      text,
    ) ?? [];
  return reason === 'no such host' ? 'its registry cannot be reached (no such host)' : reason;
}
