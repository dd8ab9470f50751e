import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, type AppProps } from 'aws-cdk-lib';
import { parseConfiguration } from '../config/load';
import { imageTags } from '../lib/images';
import { openCheckout } from '../repository/checkout';
import { componentBuilds } from '../repository/component-builds';
import { PipelineStack } from '../pipelines/pipeline-stack';

/** What the tests ask of an app. */
export interface AppRequest {
  /** The text of a `saiondo.yaml`. */
  readonly yaml: string;
  /** A checkout of the application's repository. */
  readonly application: string;
  /** This repository: its `cdk.json` has the feature flags. */
  readonly root: string;
}

/**
 * The app with a configuration of its own, not synthesized yet. CloudFormation's validator is off: `npm run check` runs it once.
 * @throws SaiondoError where the configuration is wrong
 */
export function makeApp({ yaml, application, root }: AppRequest, props: AppProps = {}): App {
  process.env.CDK_VALIDATION = 'false';
  const configuration = parseConfiguration(yaml, 'saiondo.yaml');
  const { context } = JSON.parse(fs.readFileSync(path.join(root, 'cdk.json'), 'utf8')) as {
    context: Record<string, unknown>;
  };
  const app = new App({ analyticsReporting: false, ...props, context });
  new PipelineStack(app, 'saiondo-pipeline', {
    configuration,
    images: imageTags(configuration, application),
    builds: componentBuilds(openCheckout(application), configuration.components),
    env: { account: configuration.pipeline.account, region: configuration.pipeline.region },
  });
  return app;
}
