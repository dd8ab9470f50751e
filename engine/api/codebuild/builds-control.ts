import { z } from 'zod';
import type { StackLedger } from '../../ports/ledger';
import { ApiError } from '../protocol/api-error';
import type { ApiSources } from '../protocol/sources';
import { operation, sees, type Operation } from '../protocol/service';
import { buildsOf, openBuild } from './build-records';
import { buildShape } from './codebuild-shapes';

/** Stops a build that runs. @returns whether it ran */
export type StopBuild = (buildId: string) => boolean;

/**
 * StopBuild and StartBuild (CodeBuild API Reference). A build that is stopped ends STOPPED and fails its action, as on AWS. A build of its own, outside of a
 * pipeline, is not run here: StartBuild says which action runs the project.
 * @param stop undefined where no rehearsal runs
 */
export function buildsControl({ runs, ledger }: ApiSources, stop: StopBuild | undefined): Record<string, Operation> {
  return {
    StopBuild: operation(z.object({ id: z.string().min(1) }), async (input, caller) => {
      const id = input.id.replace(/^arn:[^:]*:codebuild:[^:]*:\d{12}:build\//, '');
      const all = ledger();
      const known = buildsOf(runs, all, caller).find((one) => one.buildId === id);
      if (!known) throw new ApiError('ResourceNotFoundException', `Build ${input.id} does not exist`);
      const { run, build } = openBuild(runs, known);
      if (build.status === 'IN_PROGRESS' && !stop?.(id))
        throw new ApiError(
          'InvalidInputException',
          `Build ${input.id} cannot be stopped: the rehearsal that ran it has ended`,
        );
      const project = all
        .resources('AWS::CodeBuild::Project', known.account, known.region)
        .find((one) => one.physicalId === known.project);
      return { build: buildShape(known, run, build, project, runs.isLive(known.run)) };
    }),

    StartBuild: operation(z.looseObject({ projectName: z.string().min(1) }), (input, caller) => {
      const name = input.projectName.replace(/^arn:[^:]*:codebuild:[^:]*:\d{12}:project\//, '');
      const all = ledger();
      const project = all
        .resources('AWS::CodeBuild::Project')
        .find((one) => one.physicalId === name && sees(caller, one.stack));
      if (!project)
        throw new ApiError(
          'ResourceNotFoundException',
          `Project cannot be found: arn:aws:codebuild:${caller.region}:${caller.account}:project/${name}`,
        );
      const action = actionOf(all, name);
      const how = action
        ? `The action ${action.stage}/${action.name} of ${action.pipeline} runs it: aws codepipeline retry-stage-execution runs a failed stage again, and saiondo rehearse --only ${action.stage}/${action.name} the action alone`
        : 'No action of a pipeline runs this project';
      throw new ApiError(
        'NotImplementedException',
        `not answered here: codebuild:StartBuild. A rehearsal runs builds for the actions of a pipeline. ${how}`,
        501,
      );
    }),
  };
}

interface PipelineProperties {
  readonly Name?: string;
  readonly Stages?: readonly {
    readonly Name: string;
    readonly Actions?: readonly {
      readonly Name: string;
      readonly Configuration?: { readonly ProjectName?: unknown };
    }[];
  }[];
}

/** The first action that runs a project. */
function actionOf(ledger: StackLedger, project: string): { pipeline: string; stage: string; name: string } | undefined {
  for (const { physicalId, properties } of ledger.resources('AWS::CodePipeline::Pipeline'))
    for (const stage of (properties as PipelineProperties).Stages ?? [])
      for (const action of stage.Actions ?? [])
        if (action.Configuration?.ProjectName === project)
          return { pipeline: physicalId, stage: stage.Name, name: action.Name };
  return undefined;
}
