import * as fs from 'node:fs';
import type { Failure } from '../../model/events';
import type { ActionContext, ActionRunner, ActionRunners } from '../ports/action';
import type { IamMode } from '../ports/iam-mode';
import type { StackLedger } from '../ports/ledger';
import { CurrentPolicies, judgedCalls } from '../iam/judgement/judged-calls';
import { recordOf, type PermissionRecord } from '../iam/judgement/permission-record';

/**
 * The runners of actions, each behind a judgement of what AWS's services call for it. Every judged call is kept beside the run's events; a denied one
 * fails its action before it runs (`enforce`), or is said (`report`).
 */
export function guardedRunners(runners: ActionRunners, ledger: StackLedger, mode: IamMode): ActionRunners {
  if (mode === 'off') return runners;
  const current = new CurrentPolicies(ledger);
  const guard =
    (run: ActionRunner): ActionRunner =>
    (context) => {
      const records = judgeAction(context, current, ledger);
      keep(context, records);
      const denied = records.filter(({ result }) => result === 'denied');
      if (mode === 'enforce' && denied[0]) {
        return Promise.resolve({ status: 'Failed', failure: failureOf(denied[0], denied.length - 1) });
      }
      for (const record of denied) {
        const { message, next } = failureOf(record, 0);
        context.emit({
          kind: 'message',
          level: 'warning',
          text: `${record.stage}/${record.pipelineAction} would fail on AWS: ${message}; ${next ?? ''}`,
          where: record.construct,
        });
      }
      return run(context);
    };
  return new Map([...runners].map(([kind, run]) => [kind, guard(run)]));
}

function judgeAction(
  context: ActionContext,
  current: CurrentPolicies,
  ledger: StackLedger,
): readonly PermissionRecord[] {
  const { pipeline, action, stage } = context;
  const policies = current.of(pipeline);
  return judgedCalls(pipeline, action, ledger, policies).map((judged) =>
    recordOf(stage, action.name, judged, policies),
  );
}

function keep({ layout, runId }: ActionContext, records: readonly PermissionRecord[]): void {
  if (records.length === 0) return;
  const lines = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  fs.appendFileSync(layout.permissions(runId), lines, { mode: 0o600 });
}

/** A denial as the action's failure: AWS's sentence, whose policy it is, what to add. */
function failureOf(record: PermissionRecord, more: number): Failure {
  const others = more > 0 ? ` (and ${more} more denied: npx saiondo permissions)` : '';
  return {
    code: 'PermissionError',
    message: `${record.text}${others}`,
    where: { file: record.remedy?.construct ?? record.construct, path: record.remedy?.policy ?? 'policies' },
    ...(record.remedy
      ? { next: record.remedy.code ? `${record.remedy.text}; in CDK: ${record.remedy.code}` : record.remedy.text }
      : {}),
  };
}
