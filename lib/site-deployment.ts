import { BuildEnvironmentVariableType, Cache, LocalCacheMode } from 'aws-cdk-lib/aws-codebuild';
import type { Distribution } from 'aws-cdk-lib/aws-cloudfront';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { acknowledge, wildcard } from './acknowledge';
import type { WebComponent } from '../config/component.schema';
import { webTestName } from '../config/web-test-name';
import type { WebBuild } from '../repository/web-build';
import { readBuildspec } from './buildspec';
import { DeliveryProject, plainVariables } from './delivery-project';
import type { EnvironmentStack } from './environment-stack';
import { bringFlutter, withApiUrl } from './flutter';

/** Uploads the web app, as the pipeline built and tested it, to the site's bucket. */
export function makeSiteDeployment(
  stack: EnvironmentStack,
  { key, bucket, distribution }: { readonly key: IKey; readonly bucket: Bucket; readonly distribution: Distribution },
): void {
  // CDK Pipelines calls a step's output by the step's name.
  const others = Object.keys(stack.props.configuration.components.otherWeb).map(
    (path) => `sh "$SCRIPTS/upload-site.sh" "$CODEBUILD_SRC_DIR_${webTestName(path)}_Output" /${path}`,
  );
  const deploy = new DeliveryProject(stack, 'Deploy', {
    task: 'web',
    buildSpec: readBuildspec('web-deploy', { commands: { others } }),
    key,
    environmentVariables: {
      WEB_BUCKET: { value: bucket.bucketName },
      DISTRIBUTION_ID: { value: distribution.distributionId },
    },
  });
  bucket.grantReadWrite(deploy.project);
  acknowledge(deploy.role, {
    [wildcard(stack, bucket.arnForObjects('*'))]: 'the site’s own objects, whose names the web build chooses',
  });
  deploy.project.addToRolePolicy(
    new PolicyStatement({
      actions: ['cloudfront:CreateInvalidation'],
      resources: [
        `arn:${stack.partition}:cloudfront::${stack.props.environment.account}:distribution/${distribution.distributionId}`,
      ],
    }),
  );
}

/** Builds the web app and hands it to Firebase Hosting, with the service account's key out of Secrets Manager. */
export function makeFirebaseDeployment(
  stack: EnvironmentStack,
  {
    key,
    apiUrl,
    settings,
    build,
  }: { readonly key: IKey; readonly apiUrl: string; readonly settings: WebComponent; readonly build: WebBuild },
): { readonly url: string } {
  const { firebase } = stack.props.environment.web;
  if (!firebase) throw new Error('only called where Firebase hosts the site');
  const { project, secret = `${stack.props.configuration.project}/${stack.props.name}/firebase` } = firebase;
  const deploy = new DeliveryProject(stack, 'Deploy', {
    task: 'web',
    buildSpec: readBuildspec('web-firebase', {
      commands: {
        bring: bringFlutter(build),
        install: build.install,
        build: withApiUrl(build),
      },
      cache: build.flutter !== undefined,
    }),
    key,
    ...(build.flutter ? { cache: Cache.local(LocalCacheMode.CUSTOM) } : {}),
    environmentVariables: {
      ...plainVariables(settings.buildEnvironment),
      COMPONENT_DIR: { value: settings.directory },
      WEB_OUTPUT: { value: build.output },
      ...(build.flutter ? { FLUTTER_VERSION: { value: build.flutter } } : {}),
      FIREBASE_PROJECT: { value: project },
      // Firebase passes no requests on to a load balancer: the app calls the api by its own address.
      API_URL: { value: apiUrl },
      FIREBASE_KEY: { type: BuildEnvironmentVariableType.SECRETS_MANAGER, value: secret },
    },
  });
  (secret.startsWith('arn:')
    ? Secret.fromSecretCompleteArn(stack, 'FirebaseKey', secret)
    : Secret.fromSecretNameV2(stack, 'FirebaseKey', secret)
  ).grantRead(deploy.project);
  return { url: `https://${project}.web.app` };
}
