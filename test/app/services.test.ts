import { statementsOf, synthesizedWith } from './configured';
import { resources, synthesized, type TemplateJson } from './synthesized';

const templates = synthesized();
const services = (stage: string, of = templates): any[] => resources(of[`${stage}/Services`], 'AWS::ECS::Service');
const service = (stage: string, name: string, of = templates): any =>
  services(stage, of).find(({ Properties }) => Properties.ServiceName === `saiondo-${stage.toLowerCase()}-${name}`);
const containers = (stage: string): any[] =>
  resources(templates[`${stage}/Services`], 'AWS::ECS::TaskDefinition').flatMap(
    ({ Properties }) => Properties.ContainerDefinitions,
  );
const STAGES = ['Dev', 'Prod'];

describe('deployment', () => {
  test.each(STAGES)('%s: no task is missing meanwhile, and what does not get healthy is taken back', (stage) => {
    expect(services(stage)).toHaveLength(2);
    for (const { Properties } of services(stage)) {
      expect(Properties.DeploymentConfiguration).toMatchObject({
        MinimumHealthyPercent: 100,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      });
      // With one task, 100 % at least and 100 % at most would leave no way to replace it.
      expect(Properties.DeploymentConfiguration.MaximumPercent).toBe(200);
    }
  });

  test.each(STAGES)(
    '%s: it fails within minutes: health checks are quick, and nothing waits longer than they take',
    (stage) => {
      const [group] = resources(templates[`${stage}/Services`], 'AWS::ElasticLoadBalancingV2::TargetGroup');
      const { HealthCheckIntervalSeconds: interval, UnhealthyThresholdCount: unhealthy } = group.Properties;
      // Three failed tasks end a deployment: each within a minute's grace and the checks that find it unhealthy.
      const secondsOfATask = service(stage, 'api').Properties.HealthCheckGracePeriodSeconds + interval * unhealthy;
      expect(3 * secondsOfATask).toBeLessThanOrEqual(10 * 60);
      const llm = containers(stage).find(({ Name }) => Name === 'llm').HealthCheck;
      expect(3 * (llm.StartPeriod + llm.Interval * llm.Retries)).toBeLessThanOrEqual(10 * 60);
      expect(llm.Command[1]).toContain('http://127.0.0.1:8000/health');
    },
  );

  test.each(STAGES.flatMap((stage) => [[stage, 'api'] as const, [stage, 'llm'] as const]))(
    '%s: an alarm on failed requests rolls a deployment of the %s back, and is there before it',
    (stage, name) => {
      const prefix = `saiondo-${stage.toLowerCase()}`;
      const [id, alarm] = Object.entries(templates[`${stage}/Services`]?.Resources ?? {}).find(
        ([, { Type, Properties }]) =>
          Type === 'AWS::CloudWatch::Alarm' && Properties.AlarmName === `${prefix}-${name}-deployment`,
      ) as [string, any];
      const { Alarms } = service(stage, name).Properties.DeploymentConfiguration;
      // The reference makes CloudFormation make the alarm first.
      expect(Alarms).toEqual({ AlarmNames: [{ Ref: id }], Enable: true, Rollback: true });
      expect(alarm.Properties).toMatchObject({ TreatMissingData: 'notBreaching', Threshold: 5, EvaluationPeriods: 2 });
    },
  );

  test.each(STAGES)('%s: the llm’s requests are those that Service Connect counts at the api, its client', (stage) => {
    const prefix = `saiondo-${stage.toLowerCase()}`;
    const alarm = resources(templates[`${stage}/Services`], 'AWS::CloudWatch::Alarm').find(
      ({ Properties }) => Properties.AlarmName === `${prefix}-llm-deployment`,
    );
    const metrics = alarm.Properties.Metrics.flatMap(({ MetricStat }: any) => (MetricStat ? [MetricStat.Metric] : []));
    expect(metrics.map(({ MetricName }: any) => MetricName).sort()).toEqual(
      ['2XX', '4XX', '5XX'].map((code) => `HTTPCode_Target_${code}_Count`),
    );
    for (const { Namespace, Dimensions } of metrics) {
      expect(Namespace).toBe('AWS/ECS');
      expect(Object.fromEntries(Dimensions.map(({ Name, Value }: any) => [Name, Value]))).toEqual({
        TargetDiscoveryName: 'llm',
        ServiceName: `${prefix}-api`,
        ClusterName: { Ref: expect.stringMatching(/^Cluster/) },
      });
    }
    // Service Connect knows what an answer is only where its port says HTTP; a long answer of a model is not cut.
    const port = (name: string): any => containers(stage).find(({ Name }) => Name === name).PortMappings[0];
    expect([port('llm').AppProtocol, port('api').AppProtocol]).toEqual(['http', undefined]);
    const [connect] = service(stage, 'llm').Properties.ServiceConnectConfiguration.Services;
    expect(connect).toMatchObject({ PortName: 'llm', Timeout: { PerRequestTimeoutSeconds: 0 } });
  });

  test.each(STAGES)(
    '%s: the smoke test knows the very task definitions of this deployment, and may only look',
    (stage) => {
      const template = templates[`${stage}/Services`];
      const project = resources(template, 'AWS::CodeBuild::Project').find(({ Properties }) =>
        Properties.Name.endsWith('-smoke-test'),
      );
      const variables = project.Properties.Environment.EnvironmentVariables;
      const releases = JSON.stringify(variables.find(({ Name }: any) => Name === 'RELEASES').Value);
      expect(releases).toMatch(/-api=",\{"Ref":"apiTask.*-llm=",\{"Ref":"llmTask/);
      const ecs = statementsOf(template, 'SmokeTestBuildRole').filter(({ Action }) =>
        JSON.stringify(Action).includes('ecs:'),
      );
      expect(ecs).toHaveLength(1);
      expect(ecs[0].Action).toBe('ecs:DescribeServices');
      expect(ecs[0].Resource).toHaveLength(2);
    },
  );

  test('blue/green by ECS itself, by configuration: two target groups, one rule, and a bake time', () => {
    const all = synthesizedWith({
      'environments.prod.services.deployment': { strategy: 'blue-green', bakeMinutes: 7 },
    });
    const { Properties } = service('Prod', 'api', all);
    expect(Properties.DeploymentConfiguration).toMatchObject({ Strategy: 'BLUE_GREEN', BakeTimeInMinutes: 7 });
    const [{ AdvancedConfiguration, TargetGroupArn }] = Properties.LoadBalancers;
    expect(AdvancedConfiguration.AlternateTargetGroupArn).not.toEqual(TargetGroupArn);
    expect(JSON.stringify(AdvancedConfiguration.ProductionListenerRule)).toContain('Production');
    expect(resources(all['Prod/Services'], 'AWS::ElasticLoadBalancingV2::TargetGroup')).toHaveLength(2);
    expect(service('Prod', 'llm', all).Properties.DeploymentConfiguration.Strategy).toBeUndefined();
    expect(service('Dev', 'api', all).Properties.DeploymentConfiguration.Strategy).toBeUndefined();
  });
});

describe('size and price', () => {
  test('dev runs one task of each on Spot, without scaling or Container Insights', () => {
    for (const { Properties } of services('Dev')) {
      expect(Properties.DesiredCount).toBe(1);
      expect(Properties.CapacityProviderStrategy).toEqual([{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }]);
    }
    expect(resources(templates['Dev/Services'], 'AWS::ApplicationAutoScaling::ScalableTarget')).toEqual([]);
    const [cluster] = resources(templates['Dev/Services'], 'AWS::ECS::Cluster');
    expect(cluster.Properties.ClusterSettings).toEqual([{ Name: 'containerInsights', Value: 'disabled' }]);
  });

  test('prod runs two to five tasks, scaled by CPU and by requests; no deployment undoes the scaling', () => {
    for (const { Properties } of services('Prod')) {
      expect(Properties.DesiredCount).toBeUndefined();
      expect(Properties.CapacityProviderStrategy).toEqual([{ CapacityProvider: 'FARGATE', Weight: 1 }]);
    }
    for (const { Properties } of resources(templates['Prod/Services'], 'AWS::ApplicationAutoScaling::ScalableTarget')) {
      expect(Properties).toMatchObject({ MinCapacity: 2, MaxCapacity: 5 });
    }
    const metrics = resources(templates['Prod/Services'], 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
      ({ Properties }) =>
        Properties.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType,
    );
    expect(metrics.sort()).toEqual([
      'ALBRequestCountPerTarget',
      'ECSServiceAverageCPUUtilization',
      'ECSServiceAverageCPUUtilization',
    ]);
    const [cluster] = resources(templates['Prod/Services'], 'AWS::ECS::Cluster');
    expect(cluster.Properties.ClusterSettings).toEqual([{ Name: 'containerInsights', Value: 'enabled' }]);
  });

  test('the sizes are configured', () => {
    const all = synthesizedWith({ 'environments.dev.services.api': { cpu: 1024, memory: 3072 } });
    const api = resources(all['Dev/Services'], 'AWS::ECS::TaskDefinition').find(
      ({ Properties }) => Properties.Family === 'saiondo-dev-api',
    );
    expect(api.Properties).toMatchObject({ Cpu: '1024', Memory: '3072' });
  });
});

describe('containers', () => {
  test.each(STAGES)('%s: a read-only root file system with memory at /tmp, no root, and time to end', (stage) => {
    expect(containers(stage)).toHaveLength(2);
    for (const container of containers(stage)) {
      expect(container.ReadonlyRootFilesystem).toBe(true);
      expect(container.LinuxParameters).toMatchObject({
        InitProcessEnabled: true,
        Tmpfs: [{ ContainerPath: '/tmp', Size: 64, MountOptions: ['rw', 'nosuid', 'nodev'] }],
      });
      expect(container.User).toMatch(/^[1-9]\d*$/);
      expect(container.StopTimeout).toBe(30);
      // As a shell's child the program would never hear the signal.
      expect(container.Command[2]).toMatch(/(^|&& )exec /);
    }
    const [group] = resources(templates[`${stage}/Services`], 'AWS::ElasticLoadBalancingV2::TargetGroup');
    expect(group.Properties.TargetGroupAttributes).toContainEqual({
      Key: 'deregistration_delay.timeout_seconds',
      Value: '30',
    });
  });

  test.each(STAGES)('%s: secrets are injected, never printed into the template', (stage) => {
    for (const container of containers(stage)) {
      expect(JSON.stringify(container.Environment)).not.toMatch(/PASSWORD|KEY|resolve:secretsmanager/);
    }
    const api = containers(stage).find(({ Name }) => Name === 'api');
    expect(api.Secrets.map(({ Name }: any) => Name).sort()).toEqual(['DB_PASSWORD', 'DB_USER', 'REDIS_PASSWORD']);
  });

  test('secrets of the team’s own, by name, and by key of a JSON one', () => {
    const all = synthesizedWith({
      'environments.dev.services.llm.secrets': {
        OPENAI_API_KEY: 'saiondo/dev/openai',
        OTHER: 'saiondo/dev/keys:other',
      },
    });
    const llm = resources(all['Dev/Services'], 'AWS::ECS::TaskDefinition').find(
      ({ Properties }) => Properties.Family === 'saiondo-dev-llm',
    );
    const secrets = llm.Properties.ContainerDefinitions[0].Secrets.map(({ Name, ValueFrom }: any) => [
      Name,
      JSON.stringify(ValueFrom),
    ]);
    expect(secrets).toEqual([
      ['OPENAI_API_KEY', expect.stringContaining('secret:saiondo/dev/openai')],
      ['OTHER', expect.stringContaining('secret:saiondo/dev/keys:other::')],
    ]);
    const reads = statementsOf(all['Dev/Services'], 'llmTaskExecutionRole').filter(({ Action }) =>
      JSON.stringify(Action).includes('secretsmanager:GetSecretValue'),
    );
    expect(JSON.stringify(reads)).toContain('secret:saiondo/dev/openai-??????');
  });

  test.each(STAGES)('%s: the llm is reached from the api alone', (stage) => {
    const template = templates[`${stage}/Services`];
    const rules = [
      ...resources(template, 'AWS::EC2::SecurityGroupIngress').map(({ Properties }) => Properties),
      ...resources(template, 'AWS::EC2::SecurityGroup').flatMap(
        ({ Properties }) => Properties.SecurityGroupIngress ?? [],
      ),
    ].filter(({ GroupId }) => JSON.stringify(GroupId ?? '').includes('LlmGroup'));
    expect(
      rules.map((rule) => [rule.FromPort, JSON.stringify(rule.SourceSecurityGroupId).includes('ApiGroup')]),
    ).toEqual([[8000, true]]);
    expect(service(stage, 'llm').Properties.LoadBalancers).toBeUndefined();
    const [{ ClientAliases }] = service(stage, 'llm').Properties.ServiceConnectConfiguration.Services;
    expect(ClientAliases).toEqual([{ DnsName: 'llm', Port: 8000 }]);
  });
});

test.each(STAGES)('%s: a changed password of the database starts new tasks of the api', (stage) => {
  const template = templates[`${stage}/Services`];
  const name = stage.toLowerCase();
  const [rule] = resources(template, 'AWS::Events::Rule');
  expect(rule.Properties.EventPattern.$or[0]).toEqual({
    source: ['aws.rds'],
    detail: { EventID: ['RDS-EVENT-0016'], SourceIdentifier: [`saiondo-${name}-postgres`] },
  });
  const project = resources(template, 'AWS::CodeBuild::Project').find(
    ({ Properties }) => Properties.Name === `saiondo-${name}-restart`,
  );
  expect(project.Properties.Source.BuildSpec).toContain('--force-new-deployment');
  const ecs = statementsOf(template, 'RestartRole').filter(({ Action }) => JSON.stringify(Action).includes('ecs:'));
  expect(ecs).toEqual([expect.objectContaining({ Action: ['ecs:DescribeServices', 'ecs:UpdateService'] })]);
  expect(JSON.stringify(ecs[0].Resource)).toContain('apiService');
});

/** The listeners of the load balancer by port. */
function listeners(template: TemplateJson | undefined): Record<string, any> {
  return Object.fromEntries(
    resources(template, 'AWS::ElasticLoadBalancingV2::Listener').map(({ Properties }) => [Properties.Port, Properties]),
  );
}

describe('HTTPS', () => {
  const https = {
    domain: 'dev.saiondo.example',
    zone: { id: 'Z0123456789ABC', name: 'saiondo.example' },
    siteCertificate: 'arn:aws:acm:us-east-1:333333333333:certificate/00000000-0000-0000-0000-000000000000',
  };
  const all = synthesizedWith({ 'environments.prod.https': https });

  test('without a domain the load balancer answers HTTP', () => {
    expect(Object.keys(listeners(templates['Dev/Services']))).toEqual(['80']);
    expect(listeners(templates['Dev/Services'])[80].DefaultActions[0].Type).toBe('forward');
  });

  test('with a domain: a certificate proven in its zone, TLS 1.2 at least, HTTP redirected, headers set, the name written', () => {
    const template = all['Prod/Services'];
    const { 80: http, 443: tls } = listeners(template);
    expect(http.DefaultActions).toEqual([
      { Type: 'redirect', RedirectConfig: { Port: '443', Protocol: 'HTTPS', StatusCode: 'HTTP_301' } },
    ]);
    expect(tls.SslPolicy).toBe('ELBSecurityPolicy-TLS13-1-2-2021-06');
    expect(tls.ListenerAttributes).toContainEqual({
      Key: 'routing.http.response.strict_transport_security.header_value',
      Value: 'max-age=31536000; includeSubDomains',
    });
    const [certificate] = resources(template, 'AWS::CertificateManager::Certificate');
    expect(certificate.Properties).toMatchObject({ DomainName: 'api.dev.saiondo.example', ValidationMethod: 'DNS' });
    expect(certificate.Properties.DomainValidationOptions[0].HostedZoneId).toBe('Z0123456789ABC');
    const [record] = resources(template, 'AWS::Route53::RecordSet');
    expect(record.Properties).toMatchObject({ Name: 'api.dev.saiondo.example.', Type: 'A' });
  });

  test('the site has its certificate, its name, and reaches the api by HTTPS', () => {
    const [distribution] = resources(all['Prod/Web'], 'AWS::CloudFront::Distribution');
    const config = distribution.Properties.DistributionConfig;
    expect(config.Aliases).toEqual(['dev.saiondo.example']);
    expect(config.ViewerCertificate.MinimumProtocolVersion).toBe('TLSv1.2_2021');
    expect(config.ViewerCertificate.AcmCertificateArn).toBe(https.siteCertificate);
    const api = config.Origins.find((origin: any) => origin.DomainName === 'api.dev.saiondo.example');
    expect(api.CustomOriginConfig.OriginProtocolPolicy).toBe('https-only');
    expect(resources(all['Prod/Web'], 'AWS::Route53::RecordSet').map(({ Properties }) => Properties.Type)).toEqual([
      'A',
      'AAAA',
    ]);
  });
});

describe('the firewall', () => {
  const acl = (of: typeof templates, stage: string): any[] => resources(of[`${stage}/Services`], 'AWS::WAFv2::WebACL');

  test('stands before prod’s load balancer, and not before dev’s', () => {
    expect(acl(templates, 'Dev')).toEqual([]);
    const [{ Properties }] = acl(templates, 'Prod');
    expect(Properties.Scope).toBe('REGIONAL');
    expect(Properties.Rules.map(({ Name }: any) => Name)).toEqual([
      'caller-limit',
      'address-limit',
      'AWSManagedRulesAmazonIpReputationList',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'AWSManagedRulesCommonRuleSet',
    ]);
    const [association] = resources(templates['Prod/Services'], 'AWS::WAFv2::WebACLAssociation');
    expect(JSON.stringify(association.Properties.ResourceArn)).toContain('LoadBalancer');
  });

  test('is configured', () => {
    const all = synthesizedWith({ 'environments.dev.waf': true, 'environments.prod.waf': false });
    expect([acl(all, 'Dev').length, acl(all, 'Prod').length]).toEqual([1, 0]);
  });
});

test('prod’s load balancer cannot be deleted and logs who asked; dev’s can and does not', () => {
  const attributes = (stage: string): Record<string, string> => {
    const [balancer] = resources(templates[`${stage}/Services`], 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    return Object.fromEntries(balancer.Properties.LoadBalancerAttributes.map(({ Key, Value }: any) => [Key, Value]));
  };
  expect(attributes('Dev')).toMatchObject({ 'deletion_protection.enabled': 'false' });
  expect(attributes('Dev')['access_logs.s3.enabled']).not.toBe('true');
  expect(attributes('Prod')).toMatchObject({ 'deletion_protection.enabled': 'true', 'access_logs.s3.enabled': 'true' });
  for (const stage of STAGES) expect(attributes(stage)['routing.http.drop_invalid_header_fields.enabled']).toBe('true');
});
