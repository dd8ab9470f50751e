import * as fs from 'node:fs';
import * as path from 'node:path';
import { parsePolicy } from '../../engine/iam/policy/parse-policy';
import type { ExecutionPolicy } from '../../engine/ports/execution-policy';
import { SaiondoError } from '../../model/errors';

/**
 * The policies of `--execution-policy`: files, or folders whose `*.json` are meant. They are what `cdk bootstrap --cloudformation-execution-policies` is given.
 * @throws SaiondoError `EXECUTION_POLICY` where there is no file, or IAM would refuse what is in it
 */
export function readExecutionPolicies(named: readonly string[]): readonly ExecutionPolicy[] {
  return named.flatMap(filesOf).map((file) => {
    const text = readText(file);
    const { problems } = parsePolicy(text, 'identity');
    const [problem] = problems ?? [];
    if (problem) {
      const { message, detail, path: key, line, column } = problem;
      const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
      throw new SaiondoError(`${place}: MalformedPolicyDocument: ${message} (${key || 'document'}: ${detail})`, {
        code: 'EXECUTION_POLICY',
        where: { file, ...(line === undefined ? {} : { line }), ...(key ? { path: key } : {}) },
        next: 'fix the policy: CreatePolicy refuses it on AWS too',
      });
    }
    return { name: path.basename(file, '.json'), document: JSON.parse(text) as ExecutionPolicy['document'] };
  });
}

function filesOf(named: string): readonly string[] {
  if (!fs.existsSync(named))
    throw new SaiondoError(`there is no ${named}`, {
      code: 'EXECUTION_POLICY',
      next: 'give --execution-policy a file of a policy, or a folder of such files',
    });
  if (!fs.statSync(named).isDirectory()) return [named];
  const files = fs.readdirSync(named).filter((one) => one.endsWith('.json'));
  if (files.length === 0)
    throw new SaiondoError(`the folder ${named} holds no policy (*.json)`, {
      code: 'EXECUTION_POLICY',
      where: { file: named },
      next: 'give --execution-policy a file of a policy, or a folder of such files',
    });
  return files.sort().map((one) => path.join(named, one));
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SaiondoError(`${file} cannot be read: ${(cause as Error).message}`, {
      code: 'EXECUTION_POLICY',
      where: { file },
      next: 'give --execution-policy a file of a policy, or a folder of such files',
      cause,
    });
  }
}
