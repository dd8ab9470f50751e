import type { Command } from 'commander';
import { knownNames } from '../../model/nearest';
import { SaiondoError } from '../../model/errors';
import { listExecutions } from '../../operator/executions';
import { confirm } from './confirm';
import { operatorCommand } from './operator-command';
import { awsFor } from '../target/find-target';
import { variablesOf } from '../input/variable-option';
import { print, say } from '../output/print';

interface RetryOptions {
  all?: boolean;
  yes?: boolean;
}
interface StopOptions {
  abandon?: boolean;
  reason?: string;
  yes?: boolean;
}
interface StartOptions {
  commit: string[];
  variable: string[];
  yes?: boolean;
}

/** How far back a running execution is looked for. */
const EXECUTIONS = 50;

/** `saiondo retry`: the failed actions of a stage, or the whole stage, of the same execution. */
export function retryCommand(): Command {
  return operatorCommand<RetryOptions>(
    'retry',
    'retry a failed stage of its execution: its failed actions, or all',
    ['retry', 'retry Verify', 'retry Dev --all --yes'],
    (command) =>
      command
        .argument('[stage]', 'the stage (the one that failed)')
        .option('--all', 'every action of the stage, also those that passed')
        .option('--yes', 'do not ask'),
    async ({ target }, options, [named]) => {
      const aws = awsFor('retry', target)();
      const { stageStates } = await aws.getPipelineState({ name: target.pipeline });
      const failed = (stageStates ?? []).filter((one) =>
        ['Failed', 'Stopped'].includes(one.latestExecution?.status ?? ''),
      );
      const stage = named ? stageStates?.find((one) => one.stageName === named) : failed.at(-1);
      const id = stage?.latestExecution?.pipelineExecutionId;
      if (!stage?.stageName || !id)
        throw new SaiondoError(named ? `there is no stage ${named} with an execution` : 'no stage failed', {
          code: 'NOTHING_FAILED',
          next: named
            ? knownNames(
                named,
                (stageStates ?? []).map((one) => one.stageName ?? ''),
              )
            : `stages: ${(stageStates ?? []).map((one) => one.stageName).join(', ')}`,
        });
      const what = options.all ? 'every action' : 'the failed actions';
      await confirm(`Retry ${what} of ${stage.stageName} in ${id}?`, options.yes);
      await aws.retryStageExecution({
        pipelineName: target.pipeline,
        stageName: stage.stageName,
        pipelineExecutionId: id,
        retryMode: options.all ? 'ALL_ACTIONS' : 'FAILED_ACTIONS',
      });
      say(`${stage.stageName} is retried`);
      print(id);
      return 0;
    },
  );
}

/** `saiondo stop`: an execution, after its actions in progress or at once. */
export function stopCommand(): Command {
  return operatorCommand<StopOptions>(
    'stop',
    'stop a running execution: wait for its actions in progress, or abandon them',
    ['stop', 'stop 1f0a7c3e --reason "wrong commit"', 'stop --abandon --yes'],
    (command) =>
      command
        .argument('[execution]', 'its id or its first characters (the one that runs)')
        .option(
          '--abandon',
          'do not wait: what the actions started continues unwatched, and a stack may be left half done',
        )
        .option('--reason <TEXT>', 'why; it stands in the execution’s history')
        .option('--yes', 'do not ask'),
    async ({ target }, options, [wanted]) => {
      const aws = awsFor('stop', target)();
      const running = (await listExecutions(aws, target.pipeline, EXECUTIONS)).filter(
        (one) => ['InProgress', 'Stopping'].includes(one.status) && (!wanted || one.id.startsWith(wanted)),
      );
      const [execution] = running;
      if (!execution || running.length > 1)
        throw new SaiondoError(execution ? 'several executions run' : `no ${wanted ?? 'execution'} runs`, {
          code: execution ? 'SEVERAL_RUN' : 'NOTHING_RUNS',
          next: execution ? `name one: ${running.map((one) => one.id).join(', ')}` : 'saiondo history shows what ran',
        });
      const how = options.abandon ? 'and abandon its actions in progress' : 'after its actions in progress';
      await confirm(`Stop ${execution.id} ${how}?`, options.yes);
      await aws.stopPipelineExecution({
        pipelineName: target.pipeline,
        pipelineExecutionId: execution.id,
        ...(options.abandon ? { abandon: true } : {}),
        ...(options.reason ? { reason: options.reason } : {}),
      });
      say(`${execution.id} is being stopped`);
      print(`${execution.id}`);
      return 0;
    },
  );
}

/** `saiondo start`: a new execution, of the branches' newest commits or of given ones. */
export function startCommand(): Command {
  const collect = (value: string, before: string[]): string[] => [...before, value];
  return operatorCommand<StartOptions>(
    'start',
    'start an execution, on the branches’ newest commits or on given ones',
    ['start', 'start --commit 1a2b3c4d…', 'start --commit Application=1a2b3c4d… --yes', 'start --variable LEVEL=debug'],
    (command) =>
      command
        .option('--commit <[SOURCE=]COMMIT>', 'a commit’s full id for a source action; repeatable', collect, [])
        .option('--variable <NAME=VALUE>', 'a variable of the pipeline; repeatable', collect, [])
        .option('--yes', 'do not ask'),
    async ({ target }, options) => {
      const aws = awsFor('start', target)();
      const { pipeline } = await aws.getPipeline({ name: target.pipeline });
      const sources = (pipeline?.stages?.[0]?.actions ?? []).map((one) => one.name ?? '');
      const sourceRevisions = options.commit.map((given) => {
        const [, named, revisionValue = ''] = /^(?:([\w.@-]+)=)?(.+)$/.exec(given) ?? [];
        const actionName = named ?? sources[0] ?? '';
        if (!sources.includes(actionName) || !/^[0-9a-f]{40,64}$/.test(revisionValue))
          throw new SaiondoError(`--commit ${given} is not [SOURCE=]COMMIT with a commit’s full id`, {
            code: 'USAGE',
            next: `source actions: ${sources.join(', ')}; git rev-parse gives the full id`,
          });
        return { actionName, revisionType: 'COMMIT_ID' as const, revisionValue };
      });
      const variables = Object.entries(variablesOf(options.variable)).map(([name, value]) => ({ name, value }));
      const on = sourceRevisions.map((one) => `${one.actionName} ${one.revisionValue.slice(0, 7)}`).join(', ');
      await confirm(`Start ${target.pipeline} on ${on || 'the newest commits'}?`, options.yes);
      const { pipelineExecutionId } = await aws.startPipelineExecution({
        name: target.pipeline,
        ...(sourceRevisions.length > 0 ? { sourceRevisions } : {}),
        ...(variables.length > 0 ? { variables } : {}),
      });
      say(`${target.pipeline} has started`);
      print(`${pipelineExecutionId ?? ''}`);
      return 0;
    },
  );
}
