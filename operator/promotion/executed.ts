import type { ActionExecutionDetail } from '@aws-sdk/client-codepipeline';
import type { ArtifactLocation } from './artifact-reader';
import type { Execution } from '../../model/revision.shape';

/** An execution with the latest attempt of each of its actions. */
export interface Executed {
  readonly execution: Execution;
  readonly actions: ReadonlyMap<string, ActionExecutionDetail>;
}

/** Where an artifact of an execution is. */
export function artifactOf({ execution, actions }: Executed, name: string): ArtifactLocation {
  const at = [...actions.values()]
    .flatMap((action) => action.output?.outputArtifacts ?? [])
    .find((artifact) => artifact.name === name)?.s3location;
  return {
    executionId: execution.id,
    name,
    ...(at?.bucket ? { bucket: at.bucket } : {}),
    ...(at?.key ? { key: at.key } : {}),
  };
}

/** The artifacts that the source actions of an execution gave. */
export function sourceArtifacts({ execution, actions }: Executed): ArtifactLocation[] {
  return [...actions.values()]
    .filter((action) => action.input?.actionTypeId?.category === 'Source')
    .flatMap((action) => action.output?.outputArtifacts ?? [])
    .map((artifact) => artifactOf({ execution, actions }, artifact.name ?? ''));
}
