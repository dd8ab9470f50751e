import { Command, Option } from 'commander';
import { IAM_MODES } from '../../engine/ports/iam-mode';
import { ISOLATION_KINDS } from '../../engine/ports/isolation';
import { loadLater } from '../../model/load-later';
import { portNumber, wholeNumber } from '../input/whole-number';
import type * as RunRehearsal from './run-rehearsal';
import type { RehearseOptions } from './run-rehearsal';

const collect = (value: string, before: string[]): string[] => [...before, value];

/** `saiondo rehearse`: the synthesized pipeline, on this machine. */
export function rehearseCommand(): Command {
  return new Command('rehearse')
    .description('run the synthesized pipeline on this machine, from a git commit to its last stage')
    .option(
      '--source <OWNER/REPO=PATH[@COMMIT]>',
      'what stands in for a source on this machine: a git repository; for S3’s BUCKET/KEY a file or folder; repeatable',
      collect,
      [],
    )
    .option('--uncommitted', 'take the sources with their uncommitted changes')
    .option('--approve <STAGE>', 'approve this stage’s manual approvals beforehand; repeatable', collect, [])
    .option('--reject <STAGE>', 'reject them; repeatable', collect, [])
    .option('--resume <RUN>', 'continue a run that waits, failed or was interrupted')
    .option('--only <STAGE/ACTION>', 'run this action alone, on the artifacts of the resumed (or the last) run')
    .option('--needs', 'with --only: run it in a run of its own, with the actions that it needs before it')
    .option('--from <STAGE>', 'begin with this stage, with what the stages before it gave in the last run')
    .option('--until <STAGE>', 'end after this stage')
    .option(
      '--watch',
      'after the run wait for changes of the sources, uncommitted ones included, and run what they affect',
    )
    .option('--fresh', 'build and test everything again, whatever has passed before (the pipeline’s variable `fresh`)')
    .option('--list', 'print what would run, and run nothing; with --json every action as it is explained')
    .option(
      '--explain <STAGE/ACTION>',
      'print what this action is and would do: its commands, variables with their places, what it takes and gives',
    )
    .option('--assembly <DIRECTORY>', 'a cloud assembly to take the pipeline from (any CDK Pipelines app’s)')
    .option(
      '--template <FILE>',
      'a CloudFormation template that defines the pipeline, YAML or JSON, instead of an assembly',
    )
    .option('--pipeline <NAME>', 'the pipeline, where there are several')
    .option(
      '--parameter <[STACK:]NAME=VALUE>',
      'a value for a parameter of the pipeline’s stack; repeatable',
      collect,
      [],
    )
    .option('--parameter-store <NAME=VALUE>', 'a value of the parameter store; repeatable', collect, [])
    .option('--secret <NAME=VALUE|@FILE>', 'a secret of Secrets Manager; repeatable', collect, [])
    .option('--account <ID>', 'the account of stacks that the app leaves open (000000000000)')
    .option('--region <REGION>', 'the region of stacks that the app leaves open (us-east-1)')
    .option('--inputs <FILE>', 'parameters, secrets, account, region and sources in a file (DIRECTORY/inputs.yaml)')
    .option('--endpoint-url <URL>', 'another local AWS endpoint instead of the rehearsal’s own')
    .option('--no-containers', 'do not use a container engine, though one answers')
    .option('--variable <NAME=VALUE>', 'a value for one of the pipeline’s variables; repeatable', collect, [])
    .addOption(
      new Option(
        '--isolation <KIND>',
        'how builds are kept apart from this machine: namespaces (Linux), folders, or none (the best that it has)',
      ).choices([...ISOLATION_KINDS]),
    )
    .addOption(
      new Option(
        '--iam <MODE>',
        'what a permission that AWS would deny does: enforce fails its action, report lists it, off judges nothing',
      )
        .choices([...IAM_MODES])
        .default('enforce'),
    )
    .option(
      '--execution-policy <FILE>',
      'a policy of CloudFormation’s role in every account, or a folder of them (default: an administrator); repeatable',
      collect,
      [],
    )
    .option('--env-file <FILE>', 'variables for every build, a line NAME=VALUE each; repeatable', collect, [])
    .option('--secret-file <FILE>', 'the same, with values that no log shows; repeatable', collect, [])
    .option('--jobs <N>', 'how many builds run at once (by cores and memory)', wholeNumber('--jobs', 1, 1000))
    .option(
      '--health-seconds <SECONDS>',
      'how long a service may take to become healthy (60)',
      wholeNumber('--health-seconds', 1, 86_400),
    )
    .option(
      '--delete-rolled-back',
      'delete the stacks whose first deployment was rolled back (ROLLBACK_COMPLETE) first',
    )
    .option('--directory <DIRECTORY>', 'where runs and state are kept', '.saiondo')
    .addOption(
      new Option('--tools <DIRECTORY>', 'where the rehearsal keeps its own tools (DIRECTORY/tools)').env(
        'SAIONDO_TOOLS_DIR',
      ),
    )
    .option('--keep', 'leave databases and services running until Ctrl-C')
    .option('--serve', 'serve the page and AWS’s APIs after the verdict too, until Ctrl-C: approve, retry, stop there')
    .option('--port <PORT>', 'the port of the page and the APIs (a free one)', portNumber)
    .option(
      '--strict',
      'an action that is not rehearsed makes the exit code 3, an unknown key of a buildspec the exit code 1',
    )
    .option('--yes', 'install what a package manager can install, without asking')
    .option('--plain', 'print lines in order and redraw nothing, as without a terminal')
    .option('--verbose', 'print a line for every action, change set and difference from AWS')
    .option(
      '--notify <COMMAND>',
      'run this command when an approval waits and when the run ends (SAIONDO_SUMMARY says what)',
    )
    .option('--json', 'print the events, one JSON object a line (docs/events.md)')
    .addHelpText(
      'after',
      `
Exit codes: 0 nothing failed, 1 an action failed or was rejected, 2 wrong usage or configuration, 3 not rehearsed (--strict), 130 interrupted.

Examples:
  saiondo rehearse --yes --approve Prod
  saiondo rehearse --source aw-birdgang/saiondo=../saiondo --uncommitted
  saiondo rehearse --serve --port 4600
  saiondo rehearse --explain Verify/ApiTest
  saiondo rehearse --only Verify/ApiTest --needs --uncommitted
  saiondo rehearse --watch --until Verify
  saiondo rehearse --resume 20260101-120000-ab12 --only Verify/ApiTest
  saiondo rehearse --assembly cdk.out --source acme/shop=../shop
  saiondo rehearse --template pipeline.yaml --parameter Environment=test --secret github=@token.txt --source acme/shop=.`,
    )
    .action(async (options: RehearseOptions) => {
      // What a rehearsal is made of is loaded when there is one: every other command starts without it.
      const { runRehearsal } = loadLater<typeof RunRehearsal>(__filename, './run-rehearsal');
      process.exitCode = await runRehearsal(options);
    });
}
