#!/usr/bin/env node
import './compile-cache';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { loadConfiguration } from '../config/load';
import { imageTags } from '../lib/images';
import { formatLocation, SaiondoError } from '../model/errors';
import { plain } from '../model/plain-text';
import { openCheckout } from '../repository/checkout';
import { componentBuilds } from '../repository/component-builds';
import { PipelineStack } from '../pipelines/pipeline-stack';
import { SELF_MUTATION_BUILDSPEC, selfMutationBuildspec } from '../pipelines/self-mutation';

/**
 * Synthesizes the app: the pipeline stack, both environments, and next to them `images.json` with the tag of each service's image and the
 * build specification that self-mutation takes from the assembly.
 */
function main(): void {
  const configuration = loadConfiguration('saiondo.yaml');
  const applicationDirectory = process.env.SAIONDO_APPLICATION_DIR ?? path.join('examples', 'saiondo');
  const images = imageTags(configuration, applicationDirectory);
  const builds = componentBuilds(openCheckout(applicationDirectory), configuration.components);
  // A rehearsal synthesizes in order to run: the rules, and the tree for people, are for `npm run synth`, `npm run check` and the pipeline's own synth.
  const checked = process.env.CDK_VALIDATION !== 'false';
  const app = new App({ analyticsReporting: false, treeMetadata: checked });
  if (checked) {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded only where it is used: a third of a second of every synth
    const { AwsSolutionsChecks } = require('cdk-nag') as typeof import('cdk-nag');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  }
  const stackName = `${configuration.project}-pipeline`;
  new PipelineStack(app, stackName, {
    configuration,
    images,
    builds,
    env: { account: configuration.pipeline.account, region: configuration.pipeline.region },
    description: 'Saiondo: the delivery pipeline',
  });
  const assembly = app.synth();
  fs.writeFileSync(path.join(assembly.directory, 'images.json'), `${JSON.stringify(images, null, 2)}\n`);
  fs.writeFileSync(path.join(assembly.directory, SELF_MUTATION_BUILDSPEC), selfMutationBuildspec(stackName));
}

try {
  main();
} catch (error) {
  if (!(error instanceof SaiondoError) || error.source === 'internal') throw error;
  const message =
    error.where && !error.message.includes(error.where.file)
      ? `${formatLocation(error.where)}: ${error.message}`
      : error.message;
  console.error(plain(message));
  if (error.next) console.error(plain(`→ ${error.next}`));
  process.exitCode = 2;
}
