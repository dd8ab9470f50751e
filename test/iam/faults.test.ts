import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readPipeline } from '../../engine/codepipeline/definition/definition';
import type { ActionContext, ActionRunners } from '../../engine/ports/action';
import { Permissions } from '../../engine/rehearsal/permissions';
import type { IamMode } from '../../engine/ports/iam-mode';
import type { RunEventBody } from '../../model/events';
import { Layout } from '../../model/layout';
import { deployAll } from './deployed-app';
import { TARGET, smallApp, stacksOf, type SmallApp } from './small-app';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-faults-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Statement = Record<string, any>;
const properties = (app: SmallApp, side: keyof SmallApp, id: string) => app[side].Resources[id]?.Properties ?? {};
/** Takes actions out of a role's policy; a statement that is left without any goes. */
function without(app: SmallApp, side: keyof SmallApp, role: string, ...actions: string[]): void {
  const document = properties(app, side, role).Policies[0].PolicyDocument as { Statement: Statement[] };
  document.Statement = document.Statement.map((one) => ({
    ...one,
    Action: [one.Action].flat().filter((name: string) => !actions.includes(name)),
  })).filter((one) => (one.Action as string[]).length > 0);
}
interface Outcome {
  readonly at: string;
  readonly message: string;
  readonly next: string;
}

/** Runs the guard over every action in order, as a run does. @returns the first that fails, and what was said */
async function run(app: SmallApp, mode: IamMode = 'enforce'): Promise<{ failed?: Outcome; said: string[] }> {
  const ledger = await deployAll(stacksOf(app));
  const [resource] = ledger.resources('AWS::CodePipeline::Pipeline');
  if (!resource) throw new Error('no pipeline');
  const pipeline = readPipeline(resource, resource.stack);
  const layout = new Layout(fs.mkdtempSync(path.join(root, 'run-')));
  fs.mkdirSync(layout.run('r'), { recursive: true });
  const said: string[] = [];
  const done: ActionRunners = new Map([['any', () => Promise.resolve({ status: 'Succeeded' as const })]]);
  const book = { file: layout.permissions('r'), roles: layout.roles('r'), emit: () => undefined };
  const guarded = new Permissions(ledger, mode, book).guard(done).get('any');
  for (const stage of pipeline.stages) {
    for (const action of [...stage.actions].sort((a, b) => a.runOrder - b.runOrder)) {
      const emit = (event: RunEventBody) => void (event.kind === 'message' && said.push(event.text));
      const result = await guarded?.({
        pipeline,
        action,
        stage: stage.name,
        ledger,
        layout,
        runId: 'r',
        emit,
      } as unknown as ActionContext);
      if (result?.status === 'Failed')
        return {
          failed: {
            at: `${stage.name}/${action.name}`,
            message: result.failure.message,
            next: result.failure.next ?? '',
          },
          said,
        };
    }
  }
  return { said };
}

test('an app whose roles may what they have to fails nowhere', async () => {
  expect(await run(smallApp())).toEqual({ said: [] });
});

test('report says what enforce fails on, and every fault has its statement in CDK and JSON', async () => {
  const app = smallApp();
  without(app, 'target', 'DeployRole', 'iam:PassRole');
  const { failed, said } = await run(app, 'report');
  expect(failed).toBeUndefined();
  expect(said).toEqual([
    `Deploy/Prepare: iam:PassRole would be denied on AWS: User: arn:aws:sts::${TARGET}:assumed-role/deploy/rehearsal is not authorized to perform: iam:PassRole on resource: arn:aws:iam::${TARGET}:role/execution because no identity-based policy allows the iam:PassRole action; add to the identity-based policy of App/deploy: {"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::${TARGET}:role/execution"}; in CDK: role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: ['arn:aws:iam::${TARGET}:role/execution'] }))`,
  ]);
  expect((await run(app, 'off')).said).toEqual([]);
});
