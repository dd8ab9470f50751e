import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { App } from 'aws-cdk-lib';
import { parseConfiguration } from '../../config/load';
import { imageTags } from '../../lib/images';
import { PipelineStack } from '../../pipelines/pipeline-stack';

/** The repository's own folder. */
export const ROOT = path.join(__dirname, '../..');
/** The sample monorepo. */
export const SAMPLE = path.join(ROOT, 'examples/saiondo');
/** The shipped configuration, as text. */
export const CONFIGURATION = fs.readFileSync(path.join(ROOT, 'saiondo.yaml'), 'utf8');

interface Resource {
  Type: string;
  Properties: Record<string, any>;
  DeletionPolicy?: string;
}
/** A template, as far as the tests look at it. */
export interface TemplateJson {
  Resources: Record<string, Resource>;
  Outputs?: Record<string, { Value: any }>;
}

/** The app's templates by stack (`Dev/Data`, `saiondo-pipeline`), synthesized in this process. The validator is off: `npm run check` runs it once. */
export function synthesized(yaml = CONFIGURATION, application = SAMPLE): Record<string, TemplateJson> {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-synth-'));
  const assembly = makeApp(yaml, application, outdir).synth();
  const templates = Object.fromEntries(
    assembly.stacksRecursively.map((stack) => [stack.hierarchicalId, stack.template as TemplateJson]),
  );
  fs.rmSync(outdir, { recursive: true });
  return templates;
}

/** The app, not synthesized yet. */
export function makeApp(yaml = CONFIGURATION, application = SAMPLE, outdir?: string): App {
  process.env.CDK_VALIDATION = 'false';
  const configuration = parseConfiguration(yaml, 'saiondo.yaml');
  const app = new App({
    analyticsReporting: false,
    ...(outdir ? { outdir } : {}),
    context: JSON.parse(fs.readFileSync(path.join(ROOT, 'cdk.json'), 'utf8')).context,
  });
  new PipelineStack(app, 'saiondo-pipeline', {
    configuration,
    images: imageTags(configuration, application),
    env: { account: configuration.pipeline.account, region: configuration.pipeline.region },
  });
  return app;
}

/** A resource by its logical id. @throws where the template has none: nothing can be said of it then */
export function resourceNamed(template: TemplateJson | undefined, logicalId: string): Resource {
  const found = template?.Resources[logicalId];
  if (!found) throw new Error(`the template has no resource ${logicalId}`);
  return found;
}

/** The resources of a type in a template. */
export function resources(template: TemplateJson | undefined, type: string): any[] {
  return Object.values(template?.Resources ?? {}).filter((resource) => resource.Type === type);
}

/** `Stage/Action` by run order, as the synthesized pipeline has them. */
export function actions(
  templates: Record<string, TemplateJson>,
): { stage: string; name: string; runOrder: number; json: any }[] {
  const [pipeline] = resources(templates['saiondo-pipeline'], 'AWS::CodePipeline::Pipeline');
  return pipeline.Properties.Stages.flatMap((stage: any) =>
    stage.Actions.map((action: any) => ({
      stage: stage.Name,
      name: action.Name,
      runOrder: action.RunOrder,
      json: action,
    })),
  );
}
