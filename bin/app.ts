#!/usr/bin/env node
import * as fs from 'node:fs';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib';
import { loadConfiguration } from '../config/load';
import { imageTags } from '../lib/images';
import { formatLocation, SaiondoError } from '../model/errors';
import { PipelineStack } from '../pipelines/pipeline-stack';

/** Synthesizes the app: the pipeline stack, both environments, and `images.json` with the tag of each service's image. */
function main(): void {
  const configuration = loadConfiguration('saiondo.yaml');
  const applicationDirectory = process.env.SAIONDO_APPLICATION_DIR ?? path.join('examples', 'saiondo');
  const images = imageTags(configuration, applicationDirectory);
  const app = new App({ analyticsReporting: false });
  new PipelineStack(app, `${configuration.project}-pipeline`, {
    configuration,
    images,
    env: { account: configuration.pipeline.account, region: configuration.pipeline.region },
    description: 'Saiondo: the delivery pipeline',
  });
  const assembly = app.synth();
  fs.writeFileSync(path.join(assembly.directory, 'images.json'), `${JSON.stringify(images, null, 2)}\n`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof SaiondoError) || error.source === 'internal') throw error;
  console.error(
    error.where && !error.message.includes(error.where.file)
      ? `${formatLocation(error.where)}: ${error.message}`
      : error.message,
  );
  if (error.next) console.error(`→ ${error.next}`);
  process.exitCode = 2;
}
