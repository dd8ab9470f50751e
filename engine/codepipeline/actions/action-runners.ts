import * as path from 'node:path';
import type { Layout } from '../../../model/layout';
import type { ActionRunner, ActionRunners } from '../../ports/action';
import type { DiskLedger } from '../../cloudformation/ledger';
import type { Provisioners } from '../../ports/provisioner';
import { runCodeBuildAction } from '../../codebuild/start/codebuild-action';
import { ChangeSetStore } from '../../cloudformation/change-set-store';
import { cloudFormationAction } from './cloudformation-action';
import { commandsAction } from './commands-action';
import { ecrBuildAction } from './ecr-build-action';
import { ecrSource } from './ecr-source-action';
import { ecsDeployAction } from './ecs-deploy-action';
import { invokePipelineAction, type PipelineStarter } from './invoke-pipeline-action';
import { lambdaAction } from './lambda-action';
import { s3DeployAction } from './s3-deploy-action';
import { s3Source } from './s3-source-action';
import { codeCommitSource, connectionSource, gitHubSource } from './source-action';
import type { SourceRepositories } from '../../ports/sources';

/** What the runners of actions work with besides an action's own context. */
export interface ActionRunnersHost {
  readonly layout: Layout;
  readonly ledger: DiskLedger;
  readonly provisioners: Provisioners;
  readonly sources: SourceRepositories;
  /** Starts another pipeline that is deployed here. */
  readonly startPipeline?: PipelineStarter;
}

/**
 * Every action that this machine can run, by `Category/Owner/Provider`. What is not in here ends as not rehearsed. Approvals are not in
 * here either: the execution itself waits for them.
 */
export function actionRunners({
  layout,
  ledger,
  provisioners,
  sources,
  startPipeline,
}: ActionRunnersHost): ActionRunners {
  const changeSets = new ChangeSetStore(path.join(layout.root, 'state', 'change-sets'));
  return new Map<string, ActionRunner>([
    ['Source/AWS/CodeStarSourceConnection', connectionSource(sources)],
    ['Source/ThirdParty/GitHub', gitHubSource(sources)],
    ['Source/AWS/CodeCommit', codeCommitSource(sources)],
    ['Source/AWS/S3', s3Source(sources)],
    ['Source/AWS/ECR', ecrSource],
    ['Build/AWS/CodeBuild', runCodeBuildAction],
    ['Test/AWS/CodeBuild', runCodeBuildAction],
    ['Build/AWS/ECRBuildAndPublish', ecrBuildAction],
    ['Compute/AWS/Commands', commandsAction],
    ['Invoke/AWS/Lambda', lambdaAction],
    ['Invoke/AWS/CodePipeline', invokePipelineAction(startPipeline)],
    ['Deploy/AWS/S3', s3DeployAction],
    ['Deploy/AWS/ECS', ecsDeployAction(provisioners)],
    ['Deploy/AWS/CloudFormation', cloudFormationAction({ ledger, provisioners, changeSets })],
  ]);
}
