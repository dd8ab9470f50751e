import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import { readAssembly } from '../engine/assembly/assembly';
import { SaiondoError } from '../model/errors';

/** What is installed, and with what: pinned. */
const REQUIREMENTS = path.join('scripts', 'cfn-lint.requirements.txt');

/**
 * cfn-lint over every template of a synthesized assembly, and what aws-cdk-lib's own validator and cdk-nag said of it while it was made.
 * Nothing is let pass: an informational finding of cfn-lint ends it as an error does.
 * @throws SaiondoError `TEMPLATES_NOT_VALIDATED`, `TEMPLATES_INVALID`, `PYTHON_MISSING`
 */
async function main(directory: string): Promise<void> {
  const templates = readAssembly(directory).map((stack) => stack.templateFile);
  const validated = validatorFindings(directory);
  const { exitCode, stdout } = await execa(
    await cfnLint(),
    ['--format', 'parseable', ...templates.map((template) => path.relative('.', template))],
    { reject: false, stderr: 'inherit' },
  );
  const findings = [...validated, ...stdout.split('\n').filter(Boolean)];
  if (exitCode !== 0 || findings.length > 0) {
    throw new SaiondoError(findings.join('\n') || `cfn-lint ended with ${exitCode}`, {
      code: 'TEMPLATES_INVALID',
      next: 'fix them where the resource is made, or acknowledge one by its exact id with a reason (lib/acknowledge.ts)',
    });
  }
  console.log(`${templates.length} templates: cfn-lint, cdk-nag and the CloudFormation validator have nothing to say`);
}

interface ValidationReport {
  readonly pluginReports: readonly {
    readonly pluginName: string;
    readonly violations: readonly {
      readonly ruleName: string;
      readonly description: string;
      readonly violatingConstructs: readonly { readonly constructPath?: string }[];
    }[];
  }[];
}

/** What the synth's own checks found, warnings included: those alone do not fail a synth. */
function validatorFindings(directory: string): string[] {
  const file = path.join(directory, 'validation-report.json');
  const manifest = path.join(directory, 'manifest.json');
  if (!fs.existsSync(file) || fs.statSync(file).mtimeMs < fs.statSync(manifest).mtimeMs - 60_000) {
    throw new SaiondoError(`${directory} was synthesized without its validation`, {
      code: 'TEMPLATES_NOT_VALIDATED',
      where: { file },
      next: 'run npm run synth, without CDK_VALIDATION=false',
    });
  }
  const report = JSON.parse(fs.readFileSync(file, 'utf8')) as ValidationReport;
  return report.pluginReports.flatMap(({ pluginName, violations }) =>
    violations.flatMap(({ ruleName, description, violatingConstructs }) =>
      violatingConstructs.map((one) => `${one.constructPath ?? directory}: ${pluginName} ${ruleName}: ${description}`),
    ),
  );
}

/** The pinned cfn-lint, installed once into a virtual environment of this checkout. */
async function cfnLint(): Promise<string> {
  const wanted = fs.readFileSync(REQUIREMENTS, 'utf8');
  const home = path.resolve('.saiondo', 'tools', 'cfn-lint');
  const installed = path.join(home, 'requirements.txt');
  const program = path.join(home, 'bin', 'cfn-lint');
  if (fs.existsSync(installed) && fs.readFileSync(installed, 'utf8') === wanted) return program;
  fs.rmSync(home, { recursive: true, force: true });
  try {
    await execa('python3', ['-m', 'venv', home]);
    await execa(path.join(home, 'bin', 'pip'), ['install', '--quiet', '--no-deps', '--requirement', REQUIREMENTS], {
      env: { PIP_DISABLE_PIP_VERSION_CHECK: '1' },
    });
  } catch (cause) {
    throw new SaiondoError(`cfn-lint cannot be installed: ${(cause as execa.ExecaError).shortMessage}`, {
      code: 'PYTHON_MISSING',
      next: 'install Python 3.10 or newer with its venv module (Debian: apt-get install python3-venv), then run it again',
      cause,
    });
  }
  fs.writeFileSync(installed, wanted);
  return program;
}

main(process.argv[2] ?? 'cdk.out').catch((error: unknown) => {
  if (!(error instanceof SaiondoError)) throw error;
  console.error(error.message);
  if (error.next) console.error(`→ ${error.next}`);
  process.exitCode = 1;
});
