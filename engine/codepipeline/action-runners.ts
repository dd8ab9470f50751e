import * as path from 'node:path';
import type { Layout } from '../../model/layout';
import type { ActionRunner, ActionRunners } from '../action';
import type { DiskLedger } from '../cloudformation/ledger';
import type { Provisioners } from '../cloudformation/provisioner';
import { runCodeBuildAction } from '../codebuild/codebuild-action';
import { ChangeSetStore, cloudFormationAction } from './cloudformation-action';
import { connectionSource } from './source-action';
import type { SourceRepositories } from './sources';

/** What the runners of actions work with besides an action's own context. */
export interface ActionRunnersHost {
  readonly layout: Layout;
  readonly ledger: DiskLedger;
  readonly provisioners: Provisioners;
  readonly sources: SourceRepositories;
}

/**
 * Every action that this machine can run, by `Category/Owner/Provider`. What is not in here ends as not rehearsed. Approvals are not in
 * here either: the execution itself waits for them.
 */
export function actionRunners({ layout, ledger, provisioners, sources }: ActionRunnersHost): ActionRunners {
  const changeSets = new ChangeSetStore(path.join(layout.root, 'state', 'change-sets'));
  return new Map<string, ActionRunner>([
    ['Source/AWS/CodeStarSourceConnection', connectionSource(sources)],
    ['Build/AWS/CodeBuild', runCodeBuildAction],
    ['Test/AWS/CodeBuild', runCodeBuildAction],
    ['Deploy/AWS/CloudFormation', cloudFormationAction({ ledger, provisioners, changeSets })],
  ]);
}
