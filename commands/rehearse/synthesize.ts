import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import { withoutCredentials } from '../../engine/host/without-credentials';
import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';

/** What a synth of `npm start` runs with; the bench gives it to both apps that it compares. */
export function synthEnvironment(layout: Layout): Readonly<Record<string, string>> {
  return {
    // The rules are for `npm run synth`: a rehearsal synthesizes in order to run.
    CDK_VALIDATION: 'false',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(layout.root, 'compile-cache'),
  };
}

/** The CDK's command line as `npm start` synthesizes with it, for Node.js. @param output the assembly's folder */
export function synthCommand(output: string): string[] {
  return [require.resolve('aws-cdk/bin/cdk'), 'synth', '--quiet', '--no-notices', '--output', output];
}

/**
 * Synthesizes this checkout's app: what a first rehearsal deploys, as `cdk deploy` would.
 * @param application the folder of the application's repository
 * @returns the assembly's folder
 * @throws SaiondoError `SYNTH_FAILED` with what the app said
 */
export async function synthesize(layout: Layout, application: string | undefined): Promise<string> {
  const output = path.join(layout.root, 'cdk.out');
  const home = path.join(layout.root, 'home');
  fs.mkdirSync(home, { recursive: true });
  const environment = {
    // An app, and what it depends on, is nobody on AWS while it synthesizes for a rehearsal: it looks nothing up there.
    ...withoutCredentials(),
    ...synthEnvironment(layout),
    // The CDK keeps caches in the home folder.
    HOME: home,
    ...(application ? { SAIONDO_APPLICATION_DIR: application } : {}),
  };
  try {
    await execa(process.execPath, synthCommand(output), { env: environment, extendEnv: false });
  } catch (cause) {
    throw new SaiondoError(`cdk synth failed:\n${(cause as execa.ExecaError).stderr.trim()}`, {
      code: 'SYNTH_FAILED',
      next: 'npm run synth shows the same output',
      cause,
    });
  }
  return output;
}
