import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { App } from 'aws-cdk-lib';
import { parseConfiguration } from '../../config/load';
import type { SynthesizedApp } from '../../scripts/synth-server';
import type { AppRequest } from '../../scripts/synthesized-app';
import { fingerprint } from '../setup/fingerprint';
import { KEPT, ROOT } from '../setup/paths';

export { ROOT };
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
  Parameters?: Record<string, unknown>;
  Outputs?: Record<string, { Value: any }>;
}

/** What a synth reads of this repository: the app as it was built before the tests, and the files and packages that it takes in. */
const READ = [
  ...['dist/lib', 'dist/pipelines', 'dist/config', 'dist/model', 'dist/repository', 'dist/scripts/synth-server.js'],
  ...['dist/scripts/synthesized-app.js', 'lib/functions', 'buildspecs', 'cdk.json', 'node_modules/.package-lock.json'],
];

/** The app's templates by stack (`Dev/Data`, `saiondo-pipeline`). */
export function synthesized(yaml = CONFIGURATION, application = SAMPLE): Record<string, TemplateJson> {
  return synthesizedApp(yaml, application).templates;
}

/**
 * The app's templates, and what else is asked of its assembly. The same app is synthesized once: a result is kept under the digest of everything
 * that it comes from.
 * @throws Error with what the app said
 */
export function synthesizedApp(
  yaml = CONFIGURATION,
  application = SAMPLE,
): SynthesizedApp & { readonly templates: Record<string, TemplateJson> } {
  const digest = fingerprint(ROOT, READ, fingerprint(application, ['.']), yaml, process.version);
  const file = path.join(KEPT, 'synthesized', `${digest}.json`);
  if (!fs.existsSync(file)) {
    const answer = JSON.stringify(synthesizedAnew(yaml, application));
    fs.mkdirSync(path.dirname(file), { recursive: true });
    // In one step: another test file may look for it.
    fs.writeFileSync(`${file}.${process.pid}`, answer);
    fs.renameSync(`${file}.${process.pid}`, file);
  }
  return JSON.parse(fs.readFileSync(file, 'utf8')) as ReturnType<typeof synthesizedApp>;
}

/**
 * The app, synthesized now by the synth server, whatever was kept.
 * @throws SaiondoError where the configuration is wrong; Error with what the app said
 */
export function synthesizedAnew(yaml = CONFIGURATION, application = SAMPLE): ReturnType<typeof synthesizedApp> {
  parseConfiguration(yaml, 'saiondo.yaml');
  const socket = process.env.SAIONDO_SYNTH_SOCKET;
  if (!socket)
    throw new Error('no synth server runs: start the tests with jest.config.js, whose globalSetup starts it');
  const request: AppRequest = { yaml, application, root: ROOT };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, 'test/setup/ask-synth-server.js'), socket],
    { input: JSON.stringify(request), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, timeout: 120_000 },
  );
  if (status !== 0) throw new Error(`the app does not synthesize:\n${stderr}`);
  return JSON.parse(stdout) as ReturnType<typeof synthesizedApp>;
}

/** The app in this process, not synthesized yet. It loads aws-cdk-lib, which takes seconds: only for what looks at the tree of constructs. */
export function makeApp(yaml = CONFIGURATION, application = SAMPLE, outdir?: string): App {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- aws-cdk-lib takes seconds to load
  const app = require('../../scripts/synthesized-app') as typeof import('../../scripts/synthesized-app');
  return app.makeApp({ yaml, application, root: ROOT }, outdir ? { outdir } : {});
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
