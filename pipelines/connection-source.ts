import type { Artifact } from 'aws-cdk-lib/aws-codepipeline';
import { CodeStarConnectionsSourceAction, type Action } from 'aws-cdk-lib/aws-codepipeline-actions';
import { CodePipelineSource, FileSet } from 'aws-cdk-lib/pipelines';

/** A repository that the pipeline takes its source from. */
export interface ConnectionSourceProps {
  readonly owner: string;
  readonly repo: string;
  readonly branch: string;
  readonly connectionArn: string;
  readonly actionName: string;
}

/** A GitHub repository through a connection. Unlike CDK Pipelines' own it keeps its action, which a trigger has to name. */
export class ConnectionSource extends CodePipelineSource {
  private made?: CodeStarConnectionsSourceAction;

  constructor(private readonly source: ConnectionSourceProps) {
    super(source.actionName);
    this.configurePrimaryOutput(new FileSet('Source', this));
  }

  /** The action, once the pipeline is built. */
  get action(): CodeStarConnectionsSourceAction {
    if (!this.made) throw new Error(`${this.id} has no action before buildPipeline()`);
    return this.made;
  }

  protected getAction(output: Artifact, _actionName: string, runOrder: number, variablesNamespace?: string): Action {
    const { owner, repo, branch, connectionArn, actionName } = this.source;
    this.made = new CodeStarConnectionsSourceAction({
      actionName,
      owner,
      repo,
      branch,
      connectionArn,
      output,
      runOrder,
      variablesNamespace,
    });
    return this.made;
  }
}
