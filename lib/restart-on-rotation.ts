import { Duration } from 'aws-cdk-lib';
import { ComputeType, LinuxBuildImage, Project } from 'aws-cdk-lib/aws-codebuild';
import type { FargateService } from 'aws-cdk-lib/aws-ecs';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { acknowledge } from './acknowledge';
import { readBuildspec } from './buildspec';
import type { DatabaseAccess } from './database';
import type { EnvironmentStack } from './environment-stack';
import { makeLogGroup } from './logs';

/**
 * ECS reads a secret when a task starts, and RDS changes the password every seven days: who connects anew after that with the old one is
 * refused. So the rotation's event starts new tasks, as a deployment does, with none missing meanwhile (Amazon ECS Developer Guide, "Pass
 * sensitive data to an Amazon ECS container"; RDS User Guide, "Amazon RDS event categories": RDS-EVENT-0016).
 */
export function restartOnRotation(
  stack: EnvironmentStack,
  props: {
    readonly database: DatabaseAccess;
    readonly service: FargateService;
    readonly clusterName: string;
    readonly key: IKey;
  },
): void {
  const { database, service, clusterName } = props;
  const { environment } = stack.props;
  const name = `${stack.prefix}-restart`;
  const project = new Project(stack, 'Restart', {
    projectName: name,
    description: 'Starts new tasks of the api after its database’s password was changed',
    buildSpec: readBuildspec('restart'),
    environment: { buildImage: LinuxBuildImage.STANDARD_7_0, computeType: ComputeType.SMALL },
    environmentVariables: { CLUSTER: { value: clusterName }, SERVICE: { value: service.serviceName } },
    timeout: Duration.minutes(15),
    grantReportGroupPermissions: false,
    logging: {
      cloudWatch: { logGroup: makeLogGroup(stack, 'RestartLogs', environment, props.key, `/saiondo/${name}`) },
    },
  });
  acknowledge(project, { 'AwsSolutions-CB4': 'the project has no artifact that CodeBuild would encrypt' });
  project.addToRolePolicy(
    new PolicyStatement({ actions: ['ecs:UpdateService', 'ecs:DescribeServices'], resources: [service.serviceArn] }),
  );
  const role = new Role(stack, 'RestartStart', { assumedBy: new ServicePrincipal('events.amazonaws.com') });
  role.addToPolicy(new PolicyStatement({ actions: ['codebuild:StartBuild'], resources: [project.projectArn] }));
  new CfnRule(stack, 'Rotated', {
    name: `${stack.prefix}-database-password-changed`,
    description: 'The password of the api’s database was changed',
    eventPattern: {
      $or: [
        ...(database.instance
          ? [{ source: ['aws.rds'], detail: { EventID: ['RDS-EVENT-0016'], SourceIdentifier: [database.instance] } }]
          : []),
        // Where the account has a trail, Secrets Manager tells it too; new tasks twice do no harm.
        {
          source: ['aws.secretsmanager'],
          detail: {
            eventName: ['RotationSucceeded'],
            additionalEventData: { SecretId: [database.secret.secretArn] },
          },
        },
      ],
    },
    targets: [{ id: 'restart', arn: project.projectArn, roleArn: role.roleArn }],
  });
}
