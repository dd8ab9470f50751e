import type { SmallPipeline } from '../fixtures/small-pipeline';
import { SMALL_ACCOUNT } from '../fixtures/served-rehearsal';

const JUNIT =
  '<testsuite name="sum"><testcase classname="sum" name="adds" time="0.5"/><testcase classname="sum" name="subtracts" time="0.1"/></testsuite>';

/** The pipeline whose everyday calls are tried: a build with tests, a stack, and a build that runs until a file is there, beside an approval. */
export const everydayPipeline = (held: string): SmallPipeline => ({
  stages: {
    Verify: [
      {
        name: 'Test',
        commands: ['echo "the suite begins"', `mkdir -p out && echo '${JUNIT}' > out/junit.xml`],
        buildspec: { reports: { jest: { files: ['out/junit.xml'], 'file-format': 'JUNITXML' } } },
      },
    ],
    Dev: [{ name: 'Deploy', deploys: { stackName: 'shop', template: 'shop.json' } }],
    Long: [
      { name: 'Hold', commands: [`echo holding; while [ ! -f ${held} ]; do sleep 0.2; done`] },
      { name: 'Ask', approval: true },
    ],
  },
  pipeline: { Tags: [{ Key: 'team', Value: 'shop' }] },
});

const trusts = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});

/** Its stack: of what is recorded only, of what runs here, and of what the endpoint has itself. */
export const everydayTemplate = {
  Description: 'the shop',
  Resources: {
    Files: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'shop-files' } },
    Cluster: { Type: 'AWS::ECS::Cluster', Properties: { ClusterName: 'shop' } },
    Task: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: {
        Family: 'api',
        ContainerDefinitions: [{ Name: 'api', Image: 'api:1', DockerLabels: { Team: 'a' } }],
      },
    },
    Images: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'shop/api' } },
    Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Name: 'shop' } },
    Alarm: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: 'shop-5xx',
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 1,
        MetricName: 'm',
        Namespace: 'n',
        Period: 60,
        Statistic: 'Sum',
        Threshold: 1,
      },
    },
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'shop-mail',
        Runtime: 'nodejs22.x',
        Handler: 'index.handler',
        Role: `arn:aws:iam::${SMALL_ACCOUNT}:role/shop-task`,
        Code: { ZipFile: 'exports.handler = async () => 1;' },
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: { RoleName: 'shop-task', AssumeRolePolicyDocument: trusts('lambda.amazonaws.com') },
    },
    Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'shop-orders' } },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'shop-news' } },
    Rule: { Type: 'AWS::Events::Rule', Properties: { Name: 'shop-nightly', ScheduleExpression: 'rate(1 day)' } },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'shop-carts',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    },
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/shop/api', RetentionInDays: 7 } },
    Errors: {
      Type: 'AWS::Logs::MetricFilter',
      Properties: {
        LogGroupName: { Ref: 'Log' },
        FilterPattern: 'ERROR',
        MetricTransformations: [{ MetricName: 'errors', MetricNamespace: 'shop', MetricValue: '1' }],
      },
    },
    Secret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name: 'shop/database', SecretString: '{"password":"hunter2"}' },
    },
    Level: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/shop/level', Type: 'String', Value: 'debug' } },
    Network: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.9.0.0/16' } },
    Group: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: { GroupDescription: 'the shop', VpcId: { Ref: 'Network' } },
    },
    Key: {
      Type: 'AWS::KMS::Key',
      Properties: {
        KeyPolicy: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: `arn:aws:iam::${SMALL_ACCOUNT}:root` },
              Action: 'kms:*',
              Resource: '*',
            },
          ],
        },
      },
    },
    Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/shop', TargetKeyId: { Ref: 'Key' } } },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'shop-refund',
        RoleArn: `arn:aws:iam::${SMALL_ACCOUNT}:role/shop-task`,
        DefinitionString: '{"StartAt":"End","States":{"End":{"Type":"Succeed"}}}',
      },
    },
    Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: 'shop.example' } },
    Database: {
      Type: 'AWS::RDS::DBSubnetGroup',
      Properties: {
        DBSubnetGroupName: 'shop',
        DBSubnetGroupDescription: 'the shop',
        SubnetIds: ['subnet-1', 'subnet-2'],
      },
    },
  },
  Outputs: { Cluster: { Value: { Ref: 'Cluster' }, Description: 'where it runs', Export: { Name: 'shop-cluster' } } },
};
