import * as vm from 'node:vm';
import { statementsOf, synthesizedWith } from './configured';
import { resources, synthesized } from './synthesized';

const templates = synthesized();
const STAGES = ['Dev', 'Prod'];
const config = (stage: string): any =>
  resources(templates[`${stage}/Web`], 'AWS::CloudFront::Distribution')[0].Properties.DistributionConfig;
const site = (stage: string): any =>
  resources(templates[`${stage}/Web`], 'AWS::S3::Bucket').find(({ Properties }) =>
    Properties.BucketName?.toString().includes('-web-'),
  );

/** What CloudFront's function makes of a path: the code of the template, run. */
function rewritten(stage: string, id: string, uri: string): string {
  const found = Object.entries(templates[`${stage}/Web`]?.Resources ?? {}).find(
    ([name, { Type }]) => Type === 'AWS::CloudFront::Function' && name.startsWith(id),
  );
  const code = found?.[1].Properties.FunctionCode as string;
  return vm.runInNewContext(`${code}; handler({ request: { uri: ${JSON.stringify(uri)} } }).uri`) as string;
}

test.each(STAGES)('%s: the bucket is private and CloudFront alone reads it; versions are kept for 90 days', (stage) => {
  const { Properties } = site(stage);
  expect(Object.values(Properties.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
  expect(Properties.VersioningConfiguration.Status).toBe('Enabled');
  expect(Properties.LifecycleConfiguration.Rules[0]).toMatchObject({
    NoncurrentVersionExpiration: { NoncurrentDays: 90 },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
  });
  expect(config(stage).Origins[0].OriginAccessControlId).toBeDefined();
  const [control] = resources(templates[`${stage}/Web`], 'AWS::CloudFront::OriginAccessControl');
  expect(control.Properties.OriginAccessControlConfig).toMatchObject({
    SigningBehavior: 'always',
    SigningProtocol: 'sigv4',
  });
});

test.each(STAGES)('%s: HTTPS only, compressed, with security headers, and cached as the files say', (stage) => {
  const { DefaultCacheBehavior: behavior } = config(stage);
  expect(behavior).toMatchObject({ ViewerProtocolPolicy: 'redirect-to-https', Compress: true });
  // Managed-CachingOptimized keeps to the origin's Cache-Control; Managed-SecurityHeadersPolicy.
  expect(behavior.CachePolicyId).toBe('658327ea-f89d-4fab-a63d-7e88639e58f6');
  expect(behavior.ResponseHeadersPolicyId).toBe('67f7725c-6f97-4210-82d7-5512b31e9d03');
  const [project] = resources(templates[`${stage}/Web`], 'AWS::CodeBuild::Project');
  expect(project.Properties.Source.BuildSpec).toContain('upload-site.sh');
});

test.each(STAGES)('%s: a route of the app is the app; a file is itself; the api’s errors stay the api’s', (stage) => {
  expect(rewritten(stage, 'SpaFallback', '/channels/7')).toBe('/index.html');
  expect(rewritten(stage, 'SpaFallback', '/')).toBe('/index.html');
  expect(rewritten(stage, 'SpaFallback', '/assets/logo.png')).toBe('/assets/logo.png');
  expect(config(stage).CustomErrorResponses).toBeUndefined();
  const functions = config(stage).CacheBehaviors.flatMap((behavior: any) => behavior.FunctionAssociations ?? []);
  expect(JSON.stringify(functions)).not.toContain('SpaFallback');
});

test.each(STAGES)('%s: /api/* and the socket go to the load balancer, uncached, with every method', (stage) => {
  const behaviors = config(stage).CacheBehaviors;
  expect(behaviors.map(({ PathPattern }: any) => PathPattern)).toEqual(['/api/*', '/socket.io/*']);
  for (const behavior of behaviors) {
    expect(behavior.CachePolicyId).toBe('4135ea2d-6df8-44a3-9df3-4b5a84be39ad'); // Managed-CachingDisabled
    expect(behavior.AllowedMethods).toContain('POST');
    expect(behavior.TargetOriginId).not.toBe(config(stage).DefaultCacheBehavior.TargetOriginId);
  }
  expect(rewritten(stage, 'StripApi', '/api/health')).toBe('/health');
  expect(rewritten(stage, 'StripApi', '/api/')).toBe('/');
  const [group] = resources(templates[`${stage}/Services`], 'AWS::ElasticLoadBalancingV2::TargetGroup');
  expect(group.Properties.TargetGroupAttributes).toContainEqual({ Key: 'stickiness.enabled', Value: 'true' });
});

test('an api whose routes begin with /api keeps them', () => {
  const all = synthesizedWith({ 'components.api.underApiPath': true, 'components.api.socketPath': undefined });
  const [distribution] = resources(all['Dev/Web'], 'AWS::CloudFront::Distribution');
  const [api, ...others] = distribution.Properties.DistributionConfig.CacheBehaviors;
  expect(api.FunctionAssociations).toBeUndefined();
  expect(others).toEqual([]);
});

test('prod keeps access logs, dev does not', () => {
  expect(config('Dev').Logging).toBeUndefined();
  expect(config('Prod').Logging.Prefix).toBe('site/');
});

test('dev’s bucket is emptied and deleted with its stack, prod’s stays', () => {
  expect(site('Dev').DeletionPolicy).toBe('Delete');
  expect(resources(templates['Dev/Web'], 'Custom::S3AutoDeleteObjects')).toHaveLength(1);
  expect(site('Prod').DeletionPolicy).toBe('Retain');
  expect(resources(templates['Prod/Web'], 'Custom::S3AutoDeleteObjects')).toEqual([]);
});

test('Firebase Hosting, by configuration: no bucket, no distribution, and the key out of Secrets Manager', () => {
  const all = synthesizedWith({
    'environments.dev.web': { hosting: 'firebase', firebase: { project: 'saiondo-dev' } },
  });
  expect(resources(all['Dev/Web'], 'AWS::S3::Bucket')).toEqual([]);
  expect(resources(all['Dev/Web'], 'AWS::CloudFront::Distribution')).toEqual([]);
  const [project] = resources(all['Dev/Web'], 'AWS::CodeBuild::Project');
  expect(project.Properties.Environment.EnvironmentVariables).toEqual(
    expect.arrayContaining([
      { Name: 'FIREBASE_PROJECT', Type: 'PLAINTEXT', Value: 'saiondo-dev' },
      { Name: 'FIREBASE_KEY', Type: 'SECRETS_MANAGER', Value: 'saiondo/dev/firebase' },
    ]),
  );
  const reads = statementsOf(all['Dev/Web'], 'DeployBuildRole').filter(({ Action }) =>
    JSON.stringify(Action).includes('secretsmanager'),
  );
  expect(JSON.stringify(reads[0].Resource)).toContain('secret:saiondo/dev/firebase-??????');
  expect(project.Properties.Source.BuildSpec).toContain('firebase-tools@');
});
