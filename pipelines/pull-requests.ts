import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  Cache,
  CfnProject,
  EventAction,
  FilterGroup,
  LocalCacheMode,
  Project,
  Source,
} from 'aws-cdk-lib/aws-codebuild';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Configuration } from '../config/load';
import { acknowledge, acknowledgeReports } from '../lib/acknowledge';
import { readBuildspec } from '../lib/buildspec';
import { plainVariables } from '../lib/delivery-project';
import type { ComponentBuilds } from '../repository/component-builds';
import { BUILD_ENVIRONMENT } from './build-environment';
import { componentTests } from './component-tests';

/**
 * Tests what a pull request changes, and lets GitHub show the result next to it. Not the pipeline: that deploys, and the code of a pull
 * request has been read by nobody. These projects have a role that may write their log and report, and read the repository. A fork's
 * pull request waits for a maintainer's comment first (CodeBuild User Guide, "Pull request comment approval").
 */
export class PullRequests extends Construct {
  constructor(scope: Construct, id: string, configuration: Configuration, builds: ComponentBuilds) {
    super(scope, id);
    const { application } = configuration.repositories;
    const [owner = '', repo = ''] = application.name.split('/');
    const { connectionArn } = configuration.pipeline;
    const logGroup = new LogGroup(this, 'Logs', {
      logGroupName: `/saiondo/${configuration.project}-pull-requests`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const ofBranch = (): FilterGroup =>
      FilterGroup.inEventOf(
        EventAction.PULL_REQUEST_CREATED,
        EventAction.PULL_REQUEST_UPDATED,
        EventAction.PULL_REQUEST_REOPENED,
      ).andBaseBranchIs(escaped(application.branch));
    for (const { component, directory, buildspec, values, environment, cached, others } of componentTests(
      configuration,
      builds,
    )) {
      const project = new Project(this, component, {
        projectName: `${configuration.project}-${component}-pull-request`,
        source: Source.gitHub({
          owner,
          repo,
          cloneDepth: 1,
          reportBuildStatus: true,
          webhook: true,
          webhookFilters: [
            // A component that is the whole repository is changed by every file of it.
            directory === '.' ? ofBranch() : ofBranch().andFilePathIs(`^${escaped(directory)}/`),
          ],
        }),
        // It has no records, and stands in the same checkout as the pipeline’s test: without the components that it takes nothing from.
        buildSpec: readBuildspec(buildspec, { ...values, known: 'content' }),
        ...(cached ? { cache: Cache.local(LocalCacheMode.CUSTOM) } : {}),
        environment: BUILD_ENVIRONMENT,
        environmentVariables: plainVariables({
          ...environment,
          COMPONENT_DIR: directory,
          ...(others.length > 0 ? { OTHERS: others.join(' ') } : {}),
        }),
        timeout: Duration.minutes(30),
        concurrentBuildLimit: 5,
        grantReportGroupPermissions: values.report !== false,
        logging: { cloudWatch: { logGroup } },
      });
      const resource = project.node.defaultChild as CfnProject;
      resource.addPropertyOverride('Source.Auth', { Type: 'CODECONNECTIONS', Resource: connectionArn });
      resource.addPropertyOverride('Triggers.PullRequestBuildPolicy', {
        RequiresCommentApproval: 'FORK_PULL_REQUESTS',
      });
      project.addToRolePolicy(
        new PolicyStatement({
          // The service's name before and after its renaming: which one is asked for follows the connection's ARN.
          actions: ['codeconnections', 'codestar-connections'].flatMap((service) =>
            ['GetConnection', 'GetConnectionToken', 'UseConnection'].map((action) => `${service}:${action}`),
          ),
          resources: [connectionArn],
        }),
      );
      acknowledge(project, {
        'AwsSolutions-CB4': 'the project has no artifact that CodeBuild would encrypt; what it tests is in GitHub',
      });
      if (values.report !== false) acknowledgeReports(project);
    }
  }
}

/** A text as a pattern that matches itself: webhook filters are regular expressions. */
function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
