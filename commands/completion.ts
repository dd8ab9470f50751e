import * as path from 'node:path';
import type { Complete } from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import type * as EngineRuns from '../engine/runs/runs';
import { Layout } from '../model/layout';
import { loadLater } from '../model/load-later';

/** What is offered for an argument or an option: names of the newest run on disk. Nobody is asked, also where AWS would be. */
const OFFERED: Readonly<Record<string, keyof Known>> = {
  stage: 'stages',
  approve: 'stages',
  reject: 'stages',
  until: 'stages',
  from: 'stages',
  action: 'actions',
  only: 'actions',
  build: 'actions',
  execution: 'executions',
  to: 'executions',
  RUN: 'runs',
  resume: 'runs',
  run: 'runs',
};

/** What a shell is given as it is: CodePipeline's names of stages and actions, ids. An assembly of somebody else may hold others. */
const TYPED = /^[\w.@/-]+$/;

interface Known {
  readonly stages: readonly string[];
  /** `Stage/Action`. */
  readonly actions: readonly string[];
  /** Their first eight characters, the newest first. */
  readonly executions: readonly string[];
  readonly runs: readonly string[];
}

/**
 * Adds `saiondo completion SHELL`: a script that completes commands and options. The shell asks the same command for what fits, and that
 * reads commander's own tree: a new option is completed without another list of it. Called when the program has all of its commands.
 */
export function addCompletion(program: Command): void {
  const root = tab(program, { completionCommandName: 'completion' });
  for (const command of root.commands.values())
    for (const [name, one] of [...command.arguments, ...command.options]) {
      const offered = OFFERED[name];
      if (offered)
        one.handler = (complete: Complete): void =>
          known()
            [offered].filter((value) => TYPED.test(value))
            .forEach((value) => complete(value, ''));
    }
  program.commands
    .find((one) => one.name() === 'completion')
    ?.description('print the completion script of bash, zsh, fish or powershell')
    .addHelpText(
      'after',
      `
Examples:
  source <(saiondo completion bash)
  saiondo completion zsh > "\${fpath[1]}/_saiondo"
  saiondo completion fish > ~/.config/fish/completions/saiondo.fish`,
    );
}

/** What the runs of this folder have. Where there are none, or none can be read, nothing is offered. */
function known(): Known {
  try {
    const { Runs } = loadLater<typeof EngineRuns>(__filename, '../engine/runs/runs');
    const all = new Runs(new Layout(path.resolve('.saiondo')));
    const runs = all.ids();
    const stages = runs[0] === undefined ? [] : (all.open(runs[0]).definition?.stages ?? []);
    return {
      stages: stages.map(({ name }) => name),
      actions: stages.flatMap(({ name, actions }) => actions.map((one) => `${name}/${one.name}`)),
      executions: all
        .list()
        .flatMap((one) => one.executions.map(({ executionId }) => executionId.slice(0, 8)).reverse()),
      runs,
    };
  } catch {
    return { stages: [], actions: [], executions: [], runs: [] };
  }
}
