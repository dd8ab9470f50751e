import * as fs from 'node:fs';
import * as path from 'node:path';
import execa from 'execa';
import { packageRoot } from '../commands/input/package';
import { synthCommand, synthEnvironment } from '../commands/rehearse/synthesize';
import { Layout } from '../model/layout';
import { median, seconds, type Measured } from './figure';

const ROUNDS = 5;

/** `npm start`'s synth of this app over an empty CDK app's, both through the CLI as `npm start` calls it. */
export async function synthOverEmpty(scratch: string): Promise<Measured> {
  const emptyApp = path.join(scratch, 'empty');
  fs.mkdirSync(emptyApp);
  fs.writeFileSync(
    path.join(emptyApp, 'app.js'),
    `const cdk = require(${JSON.stringify(require.resolve('aws-cdk-lib'))}); const app = new cdk.App({ analyticsReporting: false }); new cdk.Stack(app, 'Empty'); app.synth();`,
  );
  fs.writeFileSync(path.join(emptyApp, 'cdk.json'), JSON.stringify({ app: 'node app.js', versionReporting: false }));
  const times: Record<'app' | 'empty', number[]> = { app: [], empty: [] };
  // The first of each finds no compiled code of an earlier one, as after `npm ci`: it is shown next to the ratio.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, cwd] of [
      ['app', packageRoot],
      ['empty', emptyApp],
    ] as const) {
      times[name].push(
        await seconds(() =>
          execa(process.execPath, synthCommand(path.join(scratch, `synth-${name}`)), {
            cwd,
            env: synthEnvironment(new Layout(scratch)),
          }),
        ),
      );
    }
  }
  const [firstApp = NaN, ...app] = times.app;
  const [firstEmpty = NaN, ...empty] = times.empty;
  return {
    name: 'synth over an empty app’s',
    value: median(app) / median(empty),
    unit: '',
    bound: 2,
    detail: `${median(app).toFixed(2)} s over ${median(empty).toFixed(2)} s; the first of each ${firstApp.toFixed(2)} s over ${firstEmpty.toFixed(2)} s`,
  };
}
