import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import type { RunEvent } from '../../model/events';
import { prepareCommandLine, ServedRehearsal, SMALL_ACCOUNT, SMALL_REGION } from '../fixtures/served-rehearsal';
import { makeRepository, type SmallPipeline } from '../fixtures/small-pipeline';

// What people call every day, by the real AWS CLI and boto3 against a served rehearsal: the right answer, or a refusal in words. Never an empty list of what
// there is, never a page of HTML.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-everyday-calls-'));
const held = path.join(root, 'held');
const JUNIT =
  '<testsuite name="sum"><testcase classname="sum" name="adds" time="0.5"/><testcase classname="sum" name="subtracts" time="0.1"/></testsuite>';
const pipeline: SmallPipeline = {
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
};
/** A stack of what is recorded only, of what runs here, and of what the endpoint has itself. */
const template = {
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
      Properties: {
        RoleName: 'shop-task',
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
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
    Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/shop/api' } },
  },
  Outputs: { Cluster: { Value: { Ref: 'Cluster' }, Export: { Name: 'shop-cluster' } } },
};

interface Called {
  readonly rc: number;
  readonly out: string;
  readonly err: string;
}
let served: ServedRehearsal;
let build = '';
let execution = '';

const call = async (calls: readonly object[]): Promise<Called[]> => {
  const python = path.join(process.cwd(), '.saiondo/tools/aws/bin/python');
  const { stdout } = await execa(
    process.env.SAIONDO_TOOLS_DIR ? path.join(process.env.SAIONDO_TOOLS_DIR, 'aws/bin/python') : python,
    [path.join(__dirname, '../fixtures/aws-calls.py')],
    { env: served.environment, extendEnv: false, input: JSON.stringify(calls), maxBuffer: 64 * 1024 ** 2 },
  );
  return JSON.parse(stdout) as Called[];
};
const cli = (line: string): object => ({ cli: line.split(' ') });
const boto3 = (service: string, method: string, input: object = {}): object => ({ boto3: [service, method, input] });
type Expected = RegExp | ((answer: string) => void);
const has =
  (...texts: string[]): Expected =>
  (answer) =>
    texts.forEach((text) => expect(answer).toContain(text));

beforeAll(async () => {
  await prepareCommandLine();
  await makeRepository(path.join(root, 'shop'), { 'README.md': 'a shop\n', 'shop.json': JSON.stringify(template) });
  served = await ServedRehearsal.start(path.join(root, 'place'), path.join(root, 'shop'), pipeline);
  const started = (await served.next(
    (event: RunEvent) => event.kind === 'build.started' && event.action === 'Test',
  )) as Extract<RunEvent, { kind: 'build.started' }>;
  build = started.buildId;
  execution = started.executionId;
  await served.next((event) => event.kind === 'build.command.started' && event.action === 'Hold');
}, 300_000);

afterAll(async () => {
  fs.writeFileSync(held, '');
  await served.end();
  fs.rmSync(root, { recursive: true, force: true });
}, 60_000);

test('sixty everyday calls are answered rightly, or refused in words', async () => {
  const project = 'small-Verify-Test';
  const group = `/aws/codebuild/${project}`;
  const arn = `arn:aws:codebuild:${SMALL_REGION}:${SMALL_ACCOUNT}`;
  const reports = `${arn}:report-group/${project}-jest`;
  const report = `${arn}:report/${project}-jest:${build.split(':')[1] ?? ''}`;
  const stack = 'shop';
  const calls: [object, Expected][] = [
    [cli('codepipeline list-pipelines'), has('"small"')],
    [cli('codepipeline get-pipeline --name small'), has('"Verify"', '"Hold"')],
    [cli('codepipeline get-pipeline-state --name small'), has('"InProgress"', '"Succeeded"')],
    [cli('codepipeline list-pipeline-executions --pipeline-name small'), has(execution)],
    [
      cli(`codepipeline get-pipeline-execution --pipeline-name small --pipeline-execution-id ${execution}`),
      has('"InProgress"'),
    ],
    [cli('codepipeline list-action-executions --pipeline-name small'), has('"Deploy"', '"Hold"')],
    [boto3('codepipeline', 'list_action_executions', { pipelineName: 'small' }), has('"Deploy"')],
    [boto3('codepipeline', 'list_pipeline_executions', { pipelineName: 'small' }), has(execution)],
    [
      cli(
        `codepipeline list-tags-for-resource --resource-arn arn:aws:codepipeline:${SMALL_REGION}:${SMALL_ACCOUNT}:small`,
      ),
      has('"team"', '"shop"'),
    ],
    [cli('codepipeline list-rule-types'), has('"ruleTypes"')],
    [cli('codepipeline list-webhooks'), /not answered here: codepipeline:ListWebhooks/],
    [cli('codepipeline list-action-types'), /not answered here: codepipeline:ListActionTypes/],
    [
      cli(
        'codepipeline list-deploy-action-execution-targets --action-execution-id 00000000-0000-0000-0000-000000000000',
      ),
      /not answered here: codepipeline:ListDeployActionExecutionTargets/,
    ],
    [boto3('codepipeline', 'get_pipeline', { name: 'another' }), /PipelineNotFoundException/],
    [cli('codebuild list-projects'), has(project)],
    [cli(`codebuild batch-get-projects --names ${project}`), has('"projectsNotFound": []', 'standard:7.0')],
    [cli('codebuild list-builds'), has(build)],
    [cli(`codebuild list-builds-for-project --project-name ${project}`), has(build)],
    [cli(`codebuild batch-get-builds --ids ${build}`), has('"SUCCEEDED"', group)],
    [
      boto3('codebuild', 'batch_get_builds', { ids: ['small-Verify-Test:none'] }),
      has('"buildsNotFound": ["small-Verify-Test:none"]'),
    ],
    [cli('codebuild list-reports'), has(report)],
    [cli('codebuild list-report-groups'), has(reports)],
    [cli(`codebuild list-reports-for-report-group --report-group-arn ${reports}`), has(report)],
    [
      cli(`codebuild batch-get-report-groups --report-group-arns ${reports}`),
      has('"TEST"', '"reportGroupsNotFound": []'),
    ],
    [cli(`codebuild batch-get-reports --report-arns ${report}`), has('"total": 2')],
    [cli(`codebuild describe-test-cases --report-arn ${report}`), has('"adds"', '"subtracts"')],
    [
      cli(`codebuild get-report-group-trend --report-group-arn ${reports} --trend-field PASS_RATE`),
      has('"average": "100"'),
    ],
    [
      cli(`codebuild start-build --project-name ${project}`),
      /not answered here: codebuild:StartBuild[\s\S]*Verify\/Test of small/,
    ],
    [cli('codebuild start-build --project-name none'), /ResourceNotFoundException[\s\S]*Project cannot be found/],
    [cli(`codebuild stop-build --id ${build}`), has('"buildStatus": "SUCCEEDED"')],
    [cli('codebuild stop-build --id none:1'), /ResourceNotFoundException/],
    [cli('codebuild list-curated-environment-images'), /not answered here: codebuild:ListCuratedEnvironmentImages/],
    [cli('logs describe-log-groups'), has(group, '/shop/api')],
    [cli('logs describe-log-groups --log-group-name-prefix /shop'), has('/shop/api')],
    [cli(`logs describe-log-streams --log-group-name ${group}`), has(build.split(':')[1] ?? '')],
    [
      cli(`logs get-log-events --log-group-name ${group} --log-stream-name ${build.split(':')[1] ?? ''}`),
      has('the suite begins'),
    ],
    [boto3('logs', 'filter_log_events', { logGroupName: group, filterPattern: 'suite' }), has('the suite begins')],
    [
      cli(`logs start-query --log-group-name ${group} --start-time 0 --end-time 9 --query-string fields`),
      /not answered here: (cloudwatchlogs|logs):StartQuery/,
    ],
    [cli('logs list-log-groups'), /not answered here: logs:ListLogGroups/],
    [
      cli(`logs get-log-group-fields --log-group-name ${group}`),
      /not answered here: (cloudwatchlogs|logs):GetLogGroupFields/,
    ],
    [cli('cloudformation list-stacks'), has('"shop"')],
    [cli('cloudformation describe-stacks'), has('"shop"', '"shop-cluster"')],
    [cli(`cloudformation describe-stack-resources --stack-name ${stack}`), has('AWS::ECS::Cluster')],
    [boto3('cloudformation', 'list_stack_resources', { StackName: stack }), has('AWS::SQS::Queue')],
    [cli(`cloudformation describe-stack-events --stack-name ${stack}`), has('CREATE_COMPLETE')],
    [cli(`cloudformation get-template --stack-name ${stack}`), has('shop-files')],
    [cli('cloudformation list-exports'), has('shop-cluster')],
    [
      cli(`cloudformation detect-stack-drift --stack-name ${stack}`),
      /not answered here: cloudformation:DetectStackDrift/,
    ],
    [cli('cloudformation list-stack-sets'), /not answered here: cloudformation:ListStackSets/],
    [
      cli('cloudformation describe-type --type RESOURCE --type-name AWS::S3::Bucket'),
      /not answered here: cloudformation:DescribeType/,
    ],
    [cli('ecs list-clusters'), has(`cluster/shop`)],
    [cli('ecs describe-clusters --clusters shop'), has('"ACTIVE"')],
    [cli('ecs list-task-definitions'), has('task-definition/api:')],
    [cli('ecs describe-task-definition --task-definition api'), has('"image": "api:1"', '"Team": "a"')],
    [cli('ecr describe-repositories'), has(`${SMALL_ACCOUNT}.dkr.ecr.${SMALL_REGION}.amazonaws.com/shop/api`)],
    [cli('ecr list-images --repository-name shop/api'), /not answered here: ecr:ListImages/],
    [cli('ecr describe-images --repository-name shop/api'), /not answered here: ecr:DescribeImages/],
    [cli('s3 ls'), has('shop-files')],
    [cli('s3api list-objects-v2 --bucket shop-files'), () => undefined],
    [boto3('s3', 'list_buckets'), has('shop-files')],
    [cli('s3 ls s3://none-such'), /NoSuchBucket/],
    [
      cli('elbv2 describe-load-balancers'),
      /not answered here: elasticloadbalancing:DescribeLoadBalancers[\s\S]*--stack-name shop/,
    ],
    [cli('cloudwatch describe-alarms'), /not answered here: monitoring:DescribeAlarms/],
    [cli('lambda list-functions'), has('shop-mail')],
    [boto3('lambda', 'get_function', { FunctionName: 'shop-mail' }), has('shop-mail')],
    [cli('events list-rules'), has('shop-nightly')],
    [cli('iam list-roles'), /not answered here: iam:ListRoles/],
    [cli('iam get-role --role-name shop-task'), /not answered here: iam:GetRole/],
    [boto3('sqs', 'list_queues'), has('shop-orders')],
    [cli('sns list-topics'), has('shop-news')],
    [cli('dynamodb describe-table --table-name shop-carts'), has('shop-carts')],
    [cli('codeconnections list-connections'), /not answered here: codeconnections:ListConnections/],
    [cli('codestar-notifications list-notification-rules'), /not answered here: codestar-notifications:/],
    [cli('sts get-caller-identity'), has(SMALL_ACCOUNT)],
    [cli('sts get-federation-token --name ann'), /not answered here: sts:GetFederationToken/],
  ];
  const answers = await call(calls.map(([one]) => one));
  const wrong = calls.flatMap(([one, expected], at) => {
    const { rc, out, err } = answers[at] as Called;
    const said = `${JSON.stringify(one)}\nrc ${rc}\n${out.slice(0, 600)}\n${err.slice(-600)}`;
    if (/<html|<!doctype/i.test(out + err)) return [`HTML: ${said}`];
    if (expected instanceof RegExp) return rc !== 0 && expected.test(err) ? [] : [`not refused as expected: ${said}`];
    try {
      expect(rc).toBe(0);
      expected(out.replace(/\s+/g, ' ').replaceAll('[ ', '[').replaceAll(' ]', ']'));
      return [];
    } catch {
      return [`wrong: ${said}`];
    }
  });
  expect(wrong.join('\n\n')).toBe('');
  expect(calls.length).toBeGreaterThanOrEqual(60);
}, 300_000);

test('stop-build stops the build that runs, and its action fails', async () => {
  const hold = served.events.find((event) => event.kind === 'build.started' && event.action === 'Hold') as Extract<
    RunEvent,
    { kind: 'build.started' }
  >;
  const [stopped] = await call([cli(`codebuild stop-build --id ${hold.buildId}`)]);
  expect(stopped?.rc).toBe(0);
  const ended = await served.next((event) => event.kind === 'action.ended' && event.action === 'Hold');
  expect(ended).toMatchObject({ status: 'Failed' });
  const [read] = await call([cli(`codebuild batch-get-builds --ids ${hold.buildId}`)]);
  expect(read?.out).toContain('"buildStatus": "STOPPED"');
}, 120_000);
