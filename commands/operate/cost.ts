import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command } from 'commander';
import { findPipelineStack, readAssembly, type AssemblyStack } from '../../engine/assembly/assembly';
import { Runs } from '../../engine/runs/runs';
import { Layout } from '../../model/layout';
import { SaiondoError } from '../../model/errors';
import { currentExecution, type RunState } from '../../model/run-state';
import { costShape, type Cost } from '../../operator/cost/cost.shape';
import { monthlyCost } from '../../operator/cost/month';
import prices from '../../operator/cost/prices.json';
import { runCost, type PricedAction } from '../../operator/cost/run-cost';
import { printJson } from './operator-command';
import { showCost } from '../output/cost';
import { paintFor } from '../output/paint';
import { print } from '../output/print';

interface Options {
  assembly?: string;
  json?: boolean;
  all?: boolean;
}

/** `saiondo cost`: what a run costs by action, and what the environments cost a month at rest. Reads the templates and a run; asks nobody. */
export function costCommand(): Command {
  return new Command('cost')
    .description('what a run of the pipeline costs, action by action, and what each environment costs a month at rest')
    .argument(
      '[RUN]',
      'a rehearsal whose measured minutes count; without it the last one, and without any the expected minutes',
    )
    .option('--assembly <DIR>', 'the synthesized templates (cdk.out, else those of the last rehearsal)')
    .option('--all', 'every resource that costs something')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  saiondo cost\n  saiondo cost --all\n  saiondo cost --json | jq ".environments[] | {name, monthly}"',
    )
    .action((run: string | undefined, options: Options) => {
      const layout = new Layout(path.resolve('.saiondo'));
      const places = options.assembly ? [options.assembly] : ['cdk.out', path.join(layout.root, 'cdk.out')];
      const assembly = places.find((one) => fs.existsSync(path.join(one, 'manifest.json')));
      if (assembly === undefined)
        throw new SaiondoError(`No templates in ${places.map((one) => path.relative('', one)).join(' or ')}`, {
          code: 'ASSEMBLY_MISSING',
          next: 'npm run synth, or name their folder with --assembly',
        });
      const stacks = readAssembly(assembly);
      const runs = new Runs(layout);
      const id = run ?? runs.ids()[0];
      const state = id ? runs.open(id) : undefined;
      const cost = reckon(stacks, state);
      if (options.json) printJson(costShape, cost);
      else print(showCost(cost, options.all === true, paintFor(process.stdout)));
    });
}

function reckon(stacks: readonly AssemblyStack[], state: RunState | undefined): Cost {
  const actions = runCost(pricedActions(stacks, state));
  const environments = new Map<string, AssemblyStack[]>();
  for (const stack of stacks)
    environments.set(environmentOf(stack), [...(environments.get(environmentOf(stack)) ?? []), stack]);
  return {
    currency: prices.currency,
    prices: { region: prices.region, date: prices.date, basis: prices.basis },
    run: {
      ...(state ? { id: state.runId } : {}),
      actions,
      total: actions.reduce((sum, action) => sum + action.build + action.pipeline, 0),
    },
    environments: [...environments].map(([name, of]) => {
      const { items, ...month } = monthlyCost(of);
      return { name, ...month, items: items.filter((item) => item.monthly > 0), notPriced: [...month.notPriced] };
    }),
  };
}

/** The actions of the synthesized pipeline, each with its project's machine and, where the run has it, its measured time. */
function pricedActions(stacks: readonly AssemblyStack[], state: RunState | undefined): PricedAction[] {
  const ran = state && currentExecution(state);
  const pipeline = Object.values(findPipelineStack(stacks, undefined).template.Resources ?? {}).find(
    (resource) => resource.Type === 'AWS::CodePipeline::Pipeline',
  )?.Properties as { Stages: { Name: string; Actions: TemplateAction[] }[] };
  return pipeline.Stages.flatMap((stage) =>
    stage.Actions.map((action) => {
      const measured = ran?.actions.get(`${stage.Name}/${action.Name}`);
      const machine = action.ActionTypeId.Provider === 'CodeBuild' ? machineOf(stacks, action) : undefined;
      return {
        stage: stage.Name,
        action: action.Name,
        category: action.ActionTypeId.Category,
        provider: action.ActionTypeId.Provider,
        ...(measured?.status === 'Succeeded' && measured.endedAt
          ? { seconds: (Date.parse(measured.endedAt) - Date.parse(measured.startedAt)) / 1000 }
          : {}),
        ...(machine ? { machine } : {}),
      };
    }),
  );
}

interface TemplateAction {
  readonly Name: string;
  readonly ActionTypeId: { readonly Category: string; readonly Provider: string };
  readonly Configuration?: { readonly ProjectName?: string | { readonly Ref: string } };
}

function machineOf(stacks: readonly AssemblyStack[], action: TemplateAction): PricedAction['machine'] {
  const name = action.Configuration?.ProjectName;
  for (const stack of stacks) {
    for (const [logicalId, { Type, Properties }] of Object.entries(stack.template.Resources ?? {})) {
      if (Type !== 'AWS::CodeBuild::Project') continue;
      const project = Properties as { Name?: string; Environment?: { Type?: string; ComputeType?: string } };
      if (typeof name === 'string' ? project.Name !== name : logicalId !== name?.Ref) continue;
      return { type: project.Environment?.Type ?? '', computeType: project.Environment?.ComputeType ?? '' };
    }
  }
  return undefined;
}

/** The environment of a stack, by the tag that its resources carry; another app's stacks stand under their own name. */
function environmentOf(stack: AssemblyStack): string {
  for (const { Properties } of Object.values(stack.template.Resources ?? {})) {
    const tags = (Properties as { Tags?: unknown } | undefined)?.Tags;
    const tag = Array.isArray(tags)
      ? (tags as { Key: string; Value: unknown }[]).find((one) => one.Key === 'environment')
      : undefined;
    if (typeof tag?.Value === 'string') return tag.Value;
  }
  return stack.stackName;
}
