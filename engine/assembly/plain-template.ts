import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import { parseTemplate } from '../cloudformation/template/template-file';
import { transformsOf } from '../cloudformation/template/language-extensions';

/**
 * Writes a cloud assembly for one template, YAML or JSON, as if an app had synthesized it: the stack is named for the file, its account and region are
 * left open.
 * @returns the assembly's folder
 * @throws SaiondoError `TEMPLATE_MISSING`, `TEMPLATE_INVALID` with line and column; `TRANSFORM_UNSUPPORTED` for SAM
 */
export function assemblyOfTemplate(file: string, directory: string): string {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SaiondoError(`--template ${file} cannot be read`, {
      code: 'TEMPLATE_MISSING',
      next: 'name a CloudFormation template that holds an AWS::CodePipeline::Pipeline',
      cause,
    });
  }
  const template = parseTemplate(text, path.basename(file));
  if (transformsOf(template).some((one) => one.startsWith('AWS::Serverless')))
    throw new SaiondoError(`${file} is a SAM template: its transform AWS::Serverless runs in AWS`, {
      code: 'TRANSFORM_UNSUPPORTED',
      where: { file: path.basename(file), path: 'Transform' },
      next: 'put the pipeline into a template without it, or give the processed one: aws cloudformation get-template --template-stage Processed',
    });
  const stackName = path
    .basename(file)
    .replace(/\.(template|ya?ml|json|cfn)/gi, '')
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .replace(/^[^A-Za-z]+/, '');
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
  const templateFile = path.basename(file);
  fs.writeFileSync(path.join(directory, templateFile), text);
  const artifact = {
    type: 'aws:cloudformation:stack',
    environment: 'aws://unknown-account/unknown-region',
    properties: { templateFile },
  };
  const manifest = { version: '36.0.0', artifacts: { [stackName || 'template']: artifact } };
  fs.writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify(manifest, null, 1));
  return directory;
}
