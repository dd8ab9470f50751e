import type { Place } from './aws';
import { consoleOf } from './partition';

/** The console's page of a pipeline. */
export function pipelinePage(region: string, pipeline: string): string {
  return `${consoleOf(region)}/codesuite/codepipeline/pipelines/${encodeURIComponent(pipeline)}/view?region=${region}`;
}

/** The console's page of an execution. */
export function executionPage(region: string, pipeline: string, execution: string): string {
  return `${consoleOf(region)}/codesuite/codepipeline/pipelines/${encodeURIComponent(pipeline)}/executions/${encodeURIComponent(execution)}/timeline?region=${region}`;
}

/** The console's page of a build. @param id `project:uuid` */
export function buildPage({ account, region }: Place, id: string): string {
  const [project = ''] = id.split(':');
  return `${consoleOf(region)}/codesuite/codebuild/${account}/projects/${encodeURIComponent(project)}/build/${encodeURIComponent(id)}?region=${region}`;
}
