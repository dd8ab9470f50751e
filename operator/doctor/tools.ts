import execa from 'execa';
import type { Finding } from './finding.shape';

/** The oldest Node.js that this package runs on: package.json's `engines`. */
const NODE = [20, 19] as const;

/** Tools of this machine: what runs saiondo, and what a person needs next to it. Asks nobody else. */
export async function checkTools(cdk: {
  readonly wanted: string;
  readonly found: string | undefined;
}): Promise<Finding[]> {
  const check = 'tools';
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const old = major < NODE[0] || (major === NODE[0] && minor < NODE[1]);
  const [git, aws] = await Promise.all([versionOf('git', '--version'), versionOf('aws', '--version')]);
  return [
    {
      check,
      status: old ? 'error' : 'ok',
      text: `Node.js ${process.versions.node}; ${NODE.join('.')} or newer is needed`,
      ...(old ? { fix: `install Node.js ${NODE[0]} or newer` } : {}),
    },
    cdk.found === cdk.wanted
      ? { check, status: 'ok', text: `AWS CDK CLI ${cdk.found}` }
      : {
          check,
          status: 'error',
          text: `AWS CDK CLI ${cdk.found ?? 'missing'}; ${cdk.wanted} reads this package’s assembly`,
          fix: 'npm ci',
        },
    git
      ? { check, status: 'ok', text: git }
      : {
          check,
          status: 'warning',
          text: 'git is missing: commits are not listed',
          fix: 'apt install git, or git-scm.com',
        },
    aws
      ? { check, status: 'ok', text: aws }
      : {
          check,
          status: 'warning',
          text: 'the AWS command line is missing: aws sso login and the commands below need it',
          fix: 'AWS CLI User Guide, “Installing the AWS CLI”',
        },
  ];
}

async function versionOf(command: string, argument: string): Promise<string | undefined> {
  try {
    return (await execa(command, [argument])).stdout.split('\n')[0];
  } catch {
    return undefined;
  }
}
