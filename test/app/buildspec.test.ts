import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkBuildspec } from '../../lib/buildspec-text';
import { synthesizedWith } from './configured';
import { resources, ROOT } from './synthesized';

const folder = path.join(ROOT, 'buildspecs');

test.each(fs.readdirSync(folder).filter((file) => file.endsWith('.yml')))('%s is right', (file) => {
  const buildspec = checkBuildspec(fs.readFileSync(path.join(folder, file), 'utf8'), file);
  expect(buildspec.version).toBe(0.2);
});

test('a misspelt key names file, line and the nearest known one', () => {
  const wrong = 'version: 0.2\nphases:\n  build:\n    comands:\n      - true\n';
  expect(() => checkBuildspec(wrong, 'buildspecs/x.yml')).toThrow(
    expect.objectContaining({
      message: 'unknown key `comands`; did you mean `commands`?',
      where: { file: 'buildspecs/x.yml', line: 4, column: 5, path: 'phases.build.comands' },
    }),
  );
});

test('the template tells which file each inline buildspec was made of', () => {
  const firebase = { hosting: 'firebase', firebase: { project: 'saiondo-dev' } };
  const projects = Object.values(synthesizedWith({ 'environments.dev.web': firebase })).flatMap((template) =>
    resources(template, 'AWS::CodeBuild::Project'),
  );
  const sources = projects.map((project) => project.Metadata?.['codebuild:buildspec-source']);
  const named = projects.map((project) => project.Properties.Source.BuildSpec);
  const inlined = fs
    .readdirSync(folder)
    .map((name) => `buildspecs/${name}`)
    .filter((file) => file.endsWith('.yml') && !named.includes(file));
  expect(inlined.filter((file) => !sources.some((source) => source?.file === file))).toEqual([]);
  for (const source of sources.filter(Boolean))
    expect(source.content).toBe(fs.readFileSync(path.join(ROOT, source.file), 'utf8'));
});
