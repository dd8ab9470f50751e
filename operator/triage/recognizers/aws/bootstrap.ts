import { anywhere, type Recognizer } from '../../evidence/evidence';

const VERSION = /(\/cdk-bootstrap\/(\w+)\/version)/;
const UNREADABLE = /is not authorized to perform: ssm:GetParameter\b[^\n]*\/cdk-bootstrap\//;
const ROLE =
  /(?:could not assume role|unable to assume|cannot assume|is not authorized to perform: sts:AssumeRole on resource:|assume the role)\D*?(arn:\S*?role\/(cdk-(\w+)-(?:deploy|cfn-exec|file-publishing|image-publishing|lookup)-role-(\d{12})-([\w-]+?)))[\s"'.,:;)]|(?:could not assume role|unable to assume|cannot assume)\D*?(arn:\S*?role\/(cdk-(\w+)-(?:deploy|cfn-exec|file-publishing|image-publishing|lookup)-role-(\d{12})-([\w-]+)))$/i;
const SAID =
  /(?:Has the environment been bootstrapped\?|Is account (\d{12}) bootstrapped\?|bootstrap stack version '?\d+'? or (?:greater|newer)|No bucket named '?(cdk-\S+?)'?[. ]|This CDK deployment requires bootstrap stack version)/i;

/** An account, or a region of it, that was not bootstrapped, or not for this qualifier: nothing of the app was touched. */
export const bootstrap: Recognizer = {
  name: 'bootstrap',
  recognize: (evidence) => {
    // A role that may not read the version is another cause, which IAM's own words name.
    if (anywhere(evidence, UNREADABLE)) return undefined;
    const version = anywhere(evidence, VERSION);
    const role = version ? undefined : anywhere(evidence, ROLE);
    const found = version ?? role ?? anywhere(evidence, SAID);
    if (!found) return undefined;
    const groups = found.groups.filter((_group, at) => at > 0);
    const [arn, , , account, region] = role ? groups.slice(groups[0] ? 0 : 5) : [];
    const text = (found.line === undefined ? found.groups[0] : evidence.output[found.line])?.trim() ?? '';
    return {
      summary: version
        ? `the account and region are not bootstrapped: the parameter ${version.groups[1]} is not there`
        : arn
          ? `account ${account} in ${region} is not bootstrapped for this pipeline: it could not assume role ${arn}`
          : `the account and region are not bootstrapped: ${text}`,
      ...(found.line === undefined ? {} : { line: found.line, length: 1 }),
      known: 'not-bootstrapped',
    };
  },
};
