import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseConfiguration } from '../../config/load';
import { KNOWN_CAUSES } from '../../operator/triage/evidence/known-causes';
import { statementsOf, synthesizedWith } from './configured';
import { CONFIGURATION, ROOT, resources, synthesized } from './synthesized';

const templates = synthesized();
const alarms = (stack: string, of = templates): any[] =>
  resources(of[stack], 'AWS::CloudWatch::Alarm').map((one) => one.Properties);
const withCost = (environment: 'dev' | 'prod', cost: string): string =>
  CONFIGURATION.replace(new RegExp(`(\\n  ${environment}:\\n)`), `$1    cost: ${cost}\n`);
const SITE = 'arn:aws:acm:us-east-1:333333333333:certificate/00000000-0000-0000-0000-000000000000';
const HTTPS = {
  domain: 'saiondo.example',
  zone: { id: 'Z0123456789ABC', name: 'saiondo.example' },
  siteCertificate: SITE,
};
const withDomain = synthesizedWith({ 'environments.prod.https': HTTPS, 'environments.dev.https': HTTPS });
const HOURS = "{ hours: { timeZone: Asia/Seoul, start: '08:00', stop: '20:30' } }";

/** The anchors that GitHub gives a page's headings: lower case, punctuation gone, spaces as dashes. */
function anchors(file: string): string[] {
  return [...fs.readFileSync(path.join(ROOT, file), 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .trim()
      .replace(/ /g, '-'),
  );
}

test('prod has an alarm for each thing that goes wrong; dev has none, and both have a dashboard', () => {
  const kinds = alarms('Prod/Observability').map((alarm) => alarm.AlarmName.replace(/^saiondo-prod-/, ''));
  for (const kind of [
    'api-5xx',
    'api-latency',
    'unhealthy-hosts',
    'task-restarts',
    'service-cpu',
    'service-memory',
    'database-storage',
    'database-connections',
    'database-cpu',
    'redis-memory',
    'replica-lag',
  ])
    expect(kinds.some((name: string) => name.startsWith(kind))).toBe(true);
  expect(alarms('Dev/Observability')).toEqual([]);
  for (const stack of ['Dev/Observability', 'Prod/Observability'])
    expect(resources(templates[stack], 'AWS::CloudWatch::Dashboard')).toHaveLength(1);
});

test('with a domain prod watches both certificates: the api’s by ACM’s metric, the site’s, which is in us-east-1, by a function’s', () => {
  const expiry = alarms('Prod/Observability', withDomain).filter((alarm) =>
    alarm.AlarmName.includes('certificate-expiry'),
  );
  expect(
    expiry.map(({ AlarmName, Namespace, MetricName, Threshold, ComparisonOperator }) => [
      AlarmName,
      Namespace,
      MetricName,
      Threshold,
      ComparisonOperator,
    ]),
  ).toEqual([
    ['saiondo-prod-certificate-expiry-Certificate', 'AWS/CertificateManager', 'DaysToExpiry', 30, 'LessThanThreshold'],
    ['saiondo-prod-certificate-expiry-Site', 'saiondo-prod', 'DaysToExpiry', 30, 'LessThanThreshold'],
  ]);
  expect(expiry[1].Dimensions).toEqual([{ Name: 'CertificateArn', Value: SITE }]);
  const [asks] = resources(withDomain['Prod/Observability'], 'AWS::Lambda::Function');
  expect(asks.Properties.Environment.Variables).toEqual({ CERTIFICATE: SITE, NAMESPACE: 'saiondo-prod' });
  const [rule] = resources(withDomain['Prod/Observability'], 'AWS::Events::Rule').filter(
    (one) => one.Properties.ScheduleExpression,
  );
  expect(rule.Properties.ScheduleExpression).toBe('rate(6 hours)');
  expect(rule.Properties.Targets[0].Arn['Fn::GetAtt'][0]).toMatch(/^SiteCertificateDays/);
  const [may] = statementsOf(withDomain['Prod/Observability'], 'SiteCertificateRole');
  expect([may.Action, may.Resource]).toEqual(['acm:DescribeCertificate', SITE]);
  // No alarm, no function to feed it.
  expect(resources(withDomain['Dev/Observability'], 'AWS::Lambda::Function')).toEqual([]);
});

test('every alarm of every stack says in its description where the runbook tells what to do', () => {
  const known = anchors('docs/runbook.md');
  const all = Object.keys(withDomain).flatMap((stack) => alarms(stack, withDomain));
  expect(all.length).toBeGreaterThan(20);
  for (const { AlarmDescription } of all) {
    const [, anchor = ''] =
      /Runbook: https:\/\/github\.com\/\S+\/docs\/runbook\.md#(\S+)$/.exec(AlarmDescription) ?? [];
    expect(known).toContain(anchor);
  }
});

test('the runbook has no entry of an alarm that nobody rings, and names log groups that are there', () => {
  const page = fs.readFileSync(path.join(ROOT, 'docs/runbook.md'), 'utf8');
  const said = Object.values(withDomain).flatMap((template) =>
    [...resources(template, 'AWS::CloudWatch::Alarm'), ...resources(template, 'AWS::Events::Rule')].map(
      ({ Properties }) => `${Properties.AlarmDescription ?? ''}${Properties.Description ?? ''}`,
    ),
  );
  const linked = said.flatMap((text) => /#(alarm-[\w-]+)$/.exec(text)?.[1] ?? []);
  const entries = anchors('docs/runbook.md').filter((anchor) => anchor.startsWith('alarm-'));
  expect(entries.sort()).toEqual([...new Set(linked)].sort());
  const groups = Object.values(withDomain).flatMap((template) =>
    resources(template, 'AWS::Logs::LogGroup').map(({ Properties }) => Properties.LogGroupName),
  );
  const named = [...page.matchAll(/\/(?:saiondo|aws\/events)\/(?:saiondo-prod|PREFIX)[\w/-]*/g)].map(([name]) =>
    name.replace('PREFIX', 'saiondo-prod'),
  );
  expect(named.length).toBeGreaterThan(4);
  for (const name of named) expect(groups).toContain(name);
});

test('prod tells of a failed deployment and of a failed backup at once', () => {
  const rules = (stack: string): string[] =>
    resources(templates[stack], 'AWS::Events::Rule').map((rule) => rule.Properties.Name);
  expect(rules('Prod/Observability').sort()).toEqual([
    'saiondo-prod-failed-backup',
    'saiondo-prod-failed-deployment',
    'saiondo-prod-stopped-tasks',
  ]);
  expect(rules('Dev/Observability')).toEqual(['saiondo-dev-stopped-tasks']);
});

test('every alarm is heard, and links an entry of the runbook that exists', () => {
  const known = anchors('docs/runbook.md');
  const texts = [
    ...alarms('Prod/Observability').map((alarm) => alarm.AlarmDescription as string),
    ...resources(templates['Prod/Observability'], 'AWS::Events::Rule')
      .map((rule) => rule.Properties.Description as string)
      .filter((text) => text.includes('Runbook')),
  ];
  expect(texts.length).toBeGreaterThan(15);
  for (const text of texts) {
    const [, file, anchor] =
      /Runbook: https:\/\/github\.com\/aw-birdgang\/saiondo-pipeline\/blob\/main\/(\S+)#(\S+)$/.exec(text) ?? [];
    expect(file).toBe('docs/runbook.md');
    expect(known).toContain(anchor);
  }
  for (const alarm of alarms('Prod/Observability')) {
    expect(alarm.AlarmActions).toHaveLength(1);
    expect(alarm.OKActions).toHaveLength(1);
  }
});

test('every known cause that triage names has its entry in the runbook, and no entry is of none', () => {
  const entries = anchors('docs/runbook.md').filter((anchor) => anchor.startsWith('known-'));
  expect(entries.sort()).toEqual(
    Object.keys(KNOWN_CAUSES)
      .map((slug) => `known-${slug}`)
      .sort(),
  );
});

test('the topic is encrypted, and only AWS’s publishers of the same account may publish', () => {
  const [topic] = resources(templates['Prod/Observability'], 'AWS::SNS::Topic');
  expect(topic.Properties.KmsMasterKeyId).toBeDefined();
  const [policy] = resources(templates['Prod/Observability'], 'AWS::SNS::TopicPolicy');
  const allowed = policy.Properties.PolicyDocument.Statement.filter((one: any) => one.Effect === 'Allow');
  expect(allowed.some((one: any) => one.Principal.Service.includes('cloudwatch.amazonaws.com'))).toBe(true);
});

test('environments of one account share its topic: Slack gives a channel to one configuration of an account', () => {
  const one = synthesized(
    `${CONFIGURATION.replace(/account: '\d{12}'/g, "account: '111111111111'")}\nnotifications:\n  slack: { workspaceId: T0123456, channelId: C0123456 }\n`,
  );
  const count = (type: string): number => Object.values(one).flatMap((template) => resources(template, type)).length;
  expect(count('AWS::SNS::Topic')).toBe(1);
  expect(count('AWS::Chatbot::SlackChannelConfiguration')).toBe(1);
  expect(alarmsTopic(one)).toBe('arn:aws:sns:ap-northeast-2:111111111111:saiondo-notifications');
});

function alarmsTopic(of: Record<string, any>): unknown {
  return resources(of['Prod/Observability'], 'AWS::CloudWatch::Alarm')[0].Properties.AlarmActions[0];
}

test('each environment has a budget of its own tag; prod’s rings on the forecast too', () => {
  const kinds = (stack: string): string[] =>
    resources(templates[stack], 'AWS::Budgets::Budget')[0].Properties.NotificationsWithSubscribers.map(
      (one: any) => one.Notification.NotificationType,
    );
  expect(kinds('Dev/Observability')).toEqual(['ACTUAL', 'ACTUAL']);
  expect(kinds('Prod/Observability')).toEqual(['ACTUAL', 'ACTUAL', 'FORECASTED']);
  const [budget] = resources(
    synthesized(withCost('dev', '{ monthlyBudget: 55 }'))['Dev/Observability'],
    'AWS::Budgets::Budget',
  );
  expect(budget.Properties.Budget).toMatchObject({
    BudgetLimit: { Amount: 55, Unit: 'USD' },
    CostFilters: { TagKeyValue: ['user:environment$dev'] },
  });
});

test('dev may be stopped at night and at the weekend, without a function', () => {
  const of = synthesized(withCost('dev', HOURS));
  const schedules = resources(of['Dev/Observability'], 'AWS::Scheduler::Schedule').map((one) => one.Properties);
  expect(schedules.map((one) => `${one.Target.Arn.split(':').at(-1)} ${one.ScheduleExpression}`).sort()).toEqual([
    'startDBInstance cron(0 8 ? * MON,TUE,WED,THU,FRI *)',
    'stopDBInstance cron(30 20 ? * * *)',
    'updateService cron(0 8 ? * MON,TUE,WED,THU,FRI *)',
    'updateService cron(0 8 ? * MON,TUE,WED,THU,FRI *)',
    'updateService cron(30 20 ? * * *)',
    'updateService cron(30 20 ? * * *)',
  ]);
  expect(schedules.every((one) => one.ScheduleExpressionTimezone === 'Asia/Seoul')).toBe(true);
  const inputs = schedules.map((one) => JSON.stringify(one.Target.Input));
  expect(inputs.filter((input) => /DesiredCount\\*":0/.test(input))).toHaveLength(2);
  expect(resources(of['Dev/Observability'], 'AWS::Lambda::Function')).toEqual([]);
  expect(resources(templates['Dev/Observability'], 'AWS::Scheduler::Schedule')).toEqual([]);
});

test('prod is never stopped, and a time zone that is none is refused with its line', () => {
  expect(() => parseConfiguration(withCost('prod', HOURS), 'saiondo.yaml')).toThrow(/environments\.prod\.cost\.hours/);
  expect(() => parseConfiguration(withCost('dev', HOURS.replace('Asia/Seoul', 'Seoul')), 'saiondo.yaml')).toThrow(
    /saiondo\.yaml:\d+:\d+ \(environments\.dev\.cost\.hours\.timeZone\): expected an IANA time zone/,
  );
});

test('every log group has a retention, and nothing logs into a group that nobody made', () => {
  for (const [stack, template] of Object.entries(templates)) {
    const groups = resources(template, 'AWS::Logs::LogGroup');
    for (const group of groups) expect(group.Properties.RetentionInDays).toBeGreaterThan(0);
    for (const project of resources(template, 'AWS::CodeBuild::Project'))
      expect({ stack, group: project.Properties.LogsConfig?.CloudWatchLogs?.GroupName }).toMatchObject({
        group: expect.anything(),
      });
    for (const task of resources(template, 'AWS::ECS::TaskDefinition'))
      for (const container of task.Properties.ContainerDefinitions)
        expect(container.LogConfiguration.Options['awslogs-group']).toBeDefined();
  }
});
