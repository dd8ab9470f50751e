import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import type { RunEvent } from '../../model/events';
import { prepareCommandLine, ServedRehearsal, SMALL_ACCOUNT, SMALL_REGION } from '../fixtures/served-rehearsal';
import { makeRepository } from '../fixtures/small-pipeline';
import { everydayPipeline, everydayTemplate } from './everyday-shop';

// Longer than 300 lines: two tables of calls, a line each.
// What people call every day, by the real AWS CLI and boto3 against a served rehearsal: the right answer, or a refusal in words. Never an empty list of what
// there is, never a page of HTML.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-everyday-calls-'));
const held = path.join(root, 'held');
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
  await makeRepository(path.join(root, 'shop'), {
    'README.md': 'a shop\n',
    'shop.json': JSON.stringify(everydayTemplate),
  });
  served = await ServedRehearsal.start(path.join(root, 'place'), path.join(root, 'shop'), everydayPipeline(held));
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
}, 180_000);

/** Makes the calls. @returns what was answered otherwise than expected; never a page of HTML */
async function wrongOf(calls: readonly (readonly [object, Expected])[]): Promise<string> {
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
  return wrong.join('\n\n');
}

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
  expect(await wrongOf(calls)).toBe('');
  expect(calls.length).toBeGreaterThanOrEqual(60);
}, 300_000);

test('eighty more: filters, orders, pages, what is not there, and lists of what only the stacks have', async () => {
  const project = 'small-Verify-Test';
  const group = `/aws/codebuild/${project}`;
  const stream = build.split(':')[1] ?? '';
  const arn = `arn:aws:codebuild:${SMALL_REGION}:${SMALL_ACCOUNT}`;
  const reports = `${arn}:report-group/${project}-jest`;
  const report = `${arn}:report/${project}-jest:${stream}`;
  const none = '00000000-0000-4000-8000-000000000000';
  const file = path.join(root, 'note.txt');
  fs.writeFileSync(file, 'a note\n');
  const calls: [object, Expected][] = [
    [
      cli(`codepipeline list-action-executions --pipeline-name small --filter pipelineExecutionId=${execution}`),
      has('"Hold"'),
    ],
    [
      cli(
        `codepipeline list-action-executions --pipeline-name small --filter latestInPipelineExecution={pipelineExecutionId=${execution},startTimeRange=Latest}`,
      ),
      has('"Deploy"'),
    ],
    [cli('codepipeline list-action-executions --pipeline-name small --max-items 1'), has('"NextToken"')],
    [
      boto3('codepipeline', 'list_action_executions', { pipelineName: 'small', PaginationConfig: { PageSize: 1 } }),
      has('"Test"', '"Deploy"', '"Hold"', '"Ask"'),
    ],
    [
      cli(`codepipeline list-action-executions --pipeline-name small --filter pipelineExecutionId=${none}`),
      /PipelineExecutionNotFoundException/,
    ],
    [cli('codepipeline list-rule-executions --pipeline-name none'), /PipelineNotFoundException/],
    [
      cli('codepipeline list-pipeline-executions --pipeline-name small --filter succeededInStage={stageName=Dev}'),
      has(execution),
    ],
    [
      cli('codepipeline list-pipeline-executions --pipeline-name small --filter succeededInStage={stageName=Long}'),
      has('"pipelineExecutionSummaries": []'),
    ],
    [cli('codepipeline get-pipeline --name small --pipeline-version 99'), /PipelineVersionNotFoundException/],
    [
      cli(
        `codepipeline retry-stage-execution --pipeline-name small --stage-name Verify --pipeline-execution-id ${execution} --retry-mode FAILED_ACTIONS`,
      ),
      /StageNotRetryableException/,
    ],
    [
      cli(
        `codepipeline put-approval-result --pipeline-name small --stage-name Long --action-name Ask --token ${none} --result summary=x,status=Approved`,
      ),
      /InvalidApprovalTokenException/,
    ],
    [
      cli(`codepipeline stop-pipeline-execution --pipeline-name small --pipeline-execution-id ${none}`),
      /PipelineExecutionNotStoppableException/,
    ],
    [
      cli(`codepipeline rollback-stage --pipeline-name small --stage-name Long --target-pipeline-execution-id ${none}`),
      /PipelineExecutionNotFoundException/,
    ],
    [cli('codepipeline delete-pipeline --name small'), /not answered here: codepipeline:DeletePipeline/],
    [
      cli('codepipeline get-action-type --category Build --owner AWS --provider CodeBuild --action-version 1'),
      /not answered here: codepipeline:GetActionType/,
    ],
    [
      cli('codebuild list-builds --sort-order ASCENDING'),
      (answer) => expect(answer.indexOf(build)).toBeLessThan(answer.indexOf('Hold')),
    ],
    [
      cli('codebuild list-builds --sort-order DESCENDING'),
      (answer) => expect(answer.indexOf(build)).toBeGreaterThan(answer.indexOf('Hold')),
    ],
    [cli('codebuild list-builds-for-project --project-name none'), /ResourceNotFoundException/],
    [
      cli('codebuild list-projects --sort-by NAME --sort-order DESCENDING'),
      (answer) => expect(answer.indexOf(project)).toBeLessThan(answer.indexOf('small-Long-Hold')),
    ],
    [cli(`codebuild batch-get-projects --names none ${project}`), has('"projectsNotFound": ["none"]')],
    [cli('codebuild list-build-batches'), has('"ids": []')],
    [cli('codebuild batch-get-build-batches --ids none:1'), has('"buildBatchesNotFound": ["none:1"]')],
    [cli(`codebuild list-reports-for-report-group --report-group-arn ${reports} --sort-order ASCENDING`), has(report)],
    [cli(`codebuild list-reports-for-report-group --report-group-arn ${reports}x`), /ResourceNotFoundException/],
    [cli(`codebuild describe-test-cases --report-arn ${report} --filter status=FAILED`), has('"testCases": []')],
    [
      cli(`codebuild describe-test-cases --report-arn ${report} --filter keyword=adds`),
      (answer) => (expect(answer).toContain('"adds"'), expect(answer).not.toContain('"subtracts"')),
    ],
    [cli(`codebuild describe-test-cases --report-arn ${report}x`), /ResourceNotFoundException/],
    [
      cli(`codebuild get-report-group-trend --report-group-arn ${reports} --trend-field DURATION`),
      has('"average": "600000000"'),
    ],
    [
      cli(`codebuild get-report-group-trend --report-group-arn ${reports}x --trend-field TOTAL`),
      /ResourceNotFoundException/,
    ],
    [cli(`codebuild batch-get-reports --report-arns ${report}x`), has(`"reportsNotFound": ["${report}x"]`)],
    [cli(`codebuild retry-build --id ${build}`), /not answered here: codebuild:RetryBuild/],
    [cli(`codebuild start-build-batch --project-name ${project}`), /not answered here: codebuild:StartBuildBatch/],
    [cli('codebuild list-source-credentials'), /not answered here: codebuild:ListSourceCredentials/],
    [cli(`logs filter-log-events --log-group-name ${group} --limit 1`), has('"nextToken"', 'Entering phase')],
    [
      boto3('logs', 'filter_log_events', { logGroupName: group, PaginationConfig: { PageSize: 1 } }),
      has('the suite begins', 'Phase complete: POST_BUILD'),
    ],
    [cli('logs filter-log-events --log-group-name none'), /ResourceNotFoundException/],
    [
      cli(`logs get-log-events --log-group-name ${group} --log-stream-name ${stream} --start-from-head --limit 1`),
      has('Entering phase', '"nextForwardToken": "f/'),
    ],
    [cli(`logs get-log-events --log-group-name ${group} --log-stream-name none`), /ResourceNotFoundException/],
    [
      cli(`logs describe-log-streams --log-group-name ${group} --order-by LastEventTime --descending`),
      has(stream, '"lastEventTimestamp"'),
    ],
    [
      cli('logs describe-log-groups --log-group-name-pattern SHOP'),
      has('"retentionInDays": 7', '"metricFilterCount": 1'),
    ],
    [cli('logs describe-metric-filters'), /not answered here: logs:DescribeMetricFilters/],
    [
      cli(`logs describe-subscription-filters --log-group-name ${group}`),
      /not answered here: (cloudwatchlogs|logs):DescribeSubscriptionFilters/,
    ],
    [cli(`logs delete-log-group --log-group-name ${group}`), /not answered here: (cloudwatchlogs|logs):DeleteLogGroup/],
    [cli('cloudformation describe-stacks --stack-name shop'), has('"Description": "the shop"', '"where it runs"')],
    [cli('cloudformation describe-stacks --stack-name none'), /ValidationError[\s\S]*does not exist/],
    [cli('cloudformation list-stacks --stack-status-filter CREATE_COMPLETE'), has('"TemplateDescription": "the shop"')],
    [cli('cloudformation list-stacks --stack-status-filter DELETE_COMPLETE'), has('"StackSummaries": []')],
    [
      cli('cloudformation describe-stack-resource --stack-name shop --logical-resource-id Cluster'),
      has('"PhysicalResourceId": "shop"'),
    ],
    [cli('cloudformation describe-stack-resource --stack-name shop --logical-resource-id None'), /ValidationError/],
    [cli('cloudformation describe-stack-resources --physical-resource-id shop-files'), has('"Files"')],
    [cli('cloudformation get-template --stack-name shop --template-stage Original'), has('"the shop"')],
    [cli('cloudformation get-template-summary --stack-name shop'), has('AWS::ECS::Cluster')],
    [cli('cloudformation list-imports --export-name shop-cluster'), /not imported by any stack/],
    [cli('cloudformation list-change-sets --stack-name shop'), has('"Summaries": []')],
    [cli('cloudformation describe-change-set --stack-name shop --change-set-name none'), /ChangeSetNotFound/],
    [cli('cloudformation wait stack-create-complete --stack-name shop'), () => undefined],
    [
      cli('cloudformation describe-stack-resource-drifts --stack-name shop'),
      /not answered here: cloudformation:DescribeStackResourceDrifts/,
    ],
    [cli('cloudformation list-types'), /not answered here: cloudformation:ListTypes/],
    [cli('ecs list-services --cluster shop'), has('"serviceArns": []')],
    [cli('ecs list-services --cluster none'), /ClusterNotFoundException/],
    [cli('ecs describe-services --cluster shop --services api'), has('"MISSING"')],
    [cli('ecs list-tasks --cluster shop'), /not answered here: ecs:ListTasks/],
    [cli('ecs list-task-definition-families'), has('"api"')],
    [cli('ecs describe-task-definition --task-definition api:1'), has('"family": "api"')],
    [cli('ecs describe-task-definition --task-definition none'), /ClientException/],
    [cli('ecr describe-repositories --repository-names none'), /RepositoryNotFoundException/],
    [
      cli('ecr get-authorization-token'),
      (answer) => expect(Number(/"expiresAt": ([\d.]+)/.exec(answer)?.[1])).toBeGreaterThan(Date.now() / 1000),
    ],
    [cli(`s3 cp ${file} s3://shop-files/a/note.txt --quiet`), () => undefined],
    [cli('s3 ls s3://shop-files --recursive --summarize'), has('a/note.txt', 'Total Objects: 1')],
    [cli('s3 cp s3://shop-files/a/note.txt -'), has('a note')],
    [cli('s3 presign s3://shop-files/a/note.txt'), has('X-Amz-Signature=')],
    [cli('s3api head-object --bucket shop-files --key a/note.txt'), has('"ContentLength": 7')],
    [cli('s3api head-object --bucket shop-files --key none'), /404/],
    [cli('s3api get-bucket-policy --bucket shop-files'), /NoSuchBucketPolicy/],
    [cli('resourcegroupstaggingapi get-resources'), /not answered here: tagging:GetResources/],
    [
      cli('cloudwatch describe-alarms-for-metric --metric-name m --namespace n'),
      /not answered here: monitoring:DescribeAlarmsForMetric/,
    ],
    [cli('events describe-rule --name shop-nightly'), has('rate(1 day)')],
    [cli('secretsmanager get-secret-value --secret-id shop/database'), has('hunter2')],
    [cli('secretsmanager get-secret-value --secret-id none'), /ResourceNotFoundException/],
    [cli('ssm get-parameters-by-path --path /shop'), has('"debug"')],
    [cli('ssm get-parameter --name none'), /ParameterNotFound/],
    [cli('iam list-attached-role-policies --role-name shop-task'), /not answered here: iam:ListAttachedRolePolicies/],
    [cli('iam get-role --role-name none'), /NoSuchEntity/],
    [cli('ec2 describe-vpcs'), /not answered here: ec2:DescribeVpcs/],
    [cli('rds describe-db-subnet-groups'), /not answered here: rds:DescribeDBSubnetGroups/],
    [cli('kms describe-key --key-id alias/shop'), /not answered here: kms:DescribeKey/],
    [cli('route53 list-hosted-zones'), /not answered here: route53:[\s\S]*AWS::Route53::HostedZone/],
    [cli('route53 list-hosted-zones-by-name'), /not answered here: route53:/],
    [cli('stepfunctions list-state-machines'), has('shop-refund')],
    [cli('codecommit list-repositories'), /not answered here: codecommit:ListRepositories/],
    [cli('sts get-session-token'), has('"SessionToken"')],
  ];
  expect(await wrongOf(calls)).toBe('');
  expect(calls.length).toBeGreaterThanOrEqual(80);
}, 300_000);

test('what else a stranger types: changes that a rehearsal does not take, waiters, names that are not there, what a service makes up', async () => {
  const project = 'small-Verify-Test';
  const group = `/aws/codebuild/${project}`;
  const transition = 'stage-transition --pipeline-name small';
  const of = (operation: string): RegExp => new RegExp(`not answered here: ${operation}`);
  const calls: [object, Expected][] = [
    [
      cli(
        'codepipeline get-pipeline-state --name small --query stageStates[?latestExecution.status==`InProgress`].stageName',
      ),
      has('["Long"]'),
    ],
    [
      cli(
        'codepipeline list-action-executions --pipeline-name small --query actionExecutionDetails[0].[actionName,status]',
      ),
      has('"InProgress"'),
    ],
    [cli(`codepipeline enable-${transition} --stage-name None --transition-type Inbound`), /StageNotFoundException/],
    [
      cli(`codepipeline disable-${transition} --stage-name Dev --transition-type Inbound --reason freeze`),
      () => undefined,
    ],
    [cli('codepipeline get-pipeline-state --name small'), has('"disabledReason": "freeze"')],
    [cli(`codepipeline enable-${transition} --stage-name Dev --transition-type Inbound`), () => undefined],
    [
      cli(`codepipeline disable-${transition} --stage-name Source --transition-type Inbound --reason x`),
      /ValidationException[\s\S]*first stage/,
    ],
    [
      cli(
        `codepipeline tag-resource --resource-arn arn:aws:codepipeline:${SMALL_REGION}:${SMALL_ACCOUNT}:small --tags key=a,value=b`,
      ),
      of('codepipeline:TagResource'),
    ],
    [
      cli('codepipeline poll-for-jobs --action-type-id category=Build,owner=Custom,provider=x,version=1'),
      of('codepipeline:PollForJobs'),
    ],
    [
      cli('codepipeline start-pipeline-execution --name small --variables name=NONE,value=1'),
      /ValidationException[\s\S]*NONE/,
    ],
    [cli('codepipeline start-pipeline-execution --name none'), /PipelineNotFoundException/],
    [boto3('codebuild', 'list_builds'), has(build)],
    [cli('codebuild list-projects --max-items 1'), has('"NextToken"')],
    [cli('codebuild list-fleets'), of('codebuild:ListFleets')],
    [cli(`codebuild batch-delete-builds --ids ${build}`), of('codebuild:BatchDeleteBuilds')],
    [cli(`codebuild update-project --name ${project} --description x`), of('codebuild:UpdateProject')],
    [cli(`codebuild invalidate-project-cache --project-name ${project}`), of('codebuild:InvalidateProjectCache')],
    [
      cli(`logs put-retention-policy --log-group-name ${group} --retention-in-days 7`),
      of('(cloudwatchlogs|logs):PutRetentionPolicy'),
    ],
    [cli(`logs list-tags-log-group --log-group-name ${group}`), of('(cloudwatchlogs|logs):ListTagsLogGroup')],
    [cli('cloudformation list-stacks --query StackSummaries[].StackName'), has('"shop"')],
    [cli('cloudformation describe-stack-events --stack-name shop --max-items 1'), has('"StackEvents"', '"NextToken"')],
    [cli('cloudformation wait stack-exists --stack-name shop'), () => undefined],
    [cli('cloudformation update-stack --stack-name shop --use-previous-template'), /InsufficientCapabilitiesException/],
    [cli('cloudformation get-stack-policy --stack-name shop'), () => undefined],
    [cli('cloudformation get-stack-policy --stack-name none'), /ValidationError/],
    [cli('cloudformation describe-account-limits'), of('cloudformation:DescribeAccountLimits')],
    [cli('cloudformation list-stack-instances --stack-set-name none'), of('cloudformation:ListStackInstances')],
    [cli('ecs describe-tasks --cluster shop --tasks none'), of('ecs:DescribeTasks')],
    [cli('ecs list-container-instances --cluster shop'), of('ecs:ListContainerInstances')],
    [cli('ecs update-service --cluster shop --service api --force-new-deployment'), of('ecs:UpdateService')],
    [cli('ecr get-lifecycle-policy --repository-name shop/api'), /LifecyclePolicyNotFoundException/],
    [cli('ecr get-repository-policy --repository-name none'), /RepositoryNotFoundException/],
    [cli('s3api get-bucket-location --bucket shop-files'), has(SMALL_REGION)],
    [cli('s3api head-bucket --bucket none-such'), /404/],
    [cli('lambda get-function-configuration --function-name shop-mail'), has('"nodejs22.x"')],
    [cli('lambda get-policy --function-name shop-mail'), /ResourceNotFoundException/],
    [boto3('sqs', 'get_queue_url', { QueueName: 'shop-orders' }), has('/shop-orders"')],
    // The CLI of version 1 asks an address of its own for SQS, whatever the environment says: docs/serving.md.
    [
      cli(`sqs get-queue-url --queue-name shop-orders --endpoint-url ${served.environment.AWS_ENDPOINT_URL ?? ''}`),
      has('/shop-orders"'),
    ],
    [boto3('sqs', 'get_queue_url', { QueueName: 'none' }), /NonExistentQueue|QueueDoesNotExist/],
    [cli('dynamodb list-tables'), has('shop-carts')],
    [cli('dynamodb scan --table-name none'), /ResourceNotFoundException/],
    [cli('secretsmanager list-secrets'), has('shop/database')],
    [cli('ssm get-parameters --names /shop/level none'), has('"debug"', '"InvalidParameters": ["none"]')],
    [cli('kms list-aliases'), of('kms:ListAliases')],
    [cli('iam get-user'), of('iam:GetUser')],
    [cli('iam get-user --user-name none'), /NoSuchEntity/],
    [cli('iam get-account-summary'), of('iam:GetAccountSummary')],
    [boto3('iam', 'get_account_authorization_details'), of('iam:GetAccountAuthorizationDetails')],
    [cli('events list-targets-by-rule --rule shop-nightly'), has('"Targets": []')],
    [cli('ec2 describe-security-groups'), of('ec2:DescribeSecurityGroups')],
    [
      cli('stepfunctions list-executions --state-machine-arn arn:aws:states:eu-west-1:1:stateMachine:none'),
      /(StateMachineDoesNotExist|InvalidArn)/,
    ],
    [
      cli(`sts assume-role --role-arn arn:aws:iam::${SMALL_ACCOUNT}:role/shop-task --role-session-name ann`),
      has('"SessionToken"'),
    ],
    [cli('sts decode-authorization-message --encoded-message x'), of('sts:DecodeAuthorizationMessage')],
    [cli('codeartifact list-repositories'), of('codeartifact')],
  ];
  expect(await wrongOf(calls)).toBe('');
  expect(calls.length).toBeGreaterThanOrEqual(50);
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
