import * as fs from 'node:fs';
import type { Emit, Failure } from '../../model/events';
import type { PermissionRecord } from '../../model/permission-record';
import type { ActionRunner, ActionRunners } from '../ports/action';
import type { Authorizer, AwsRequest } from '../ports/aws-request';
import type { ExecutionPolicy } from '../ports/execution-policy';
import type { IamMode } from '../ports/iam-mode';
import type { StackLedger } from '../ports/ledger';
import type { DeploymentPermits, ResourceToPermit, StackToPermit } from '../ports/resource-permission';
import { buildspecOfSource } from '../codebuild/start/codebuild-action';
import { assumedRole, containment, containmentOfUnknownRole } from '../gateway/containment';
import type { AccountPolicies } from '../iam/account/account-policies';
import type { Judged } from '../iam/judgement/judge';
import { inlineTooLarge } from '../iam/account/policy-size';
import { documentProblems } from '../iam/judgement/judge-document';
import { judgeRequest } from '../iam/judgement/judge-request';
import { judgeResource } from '../iam/judgement/judge-resource';
import { judgeStanding } from '../iam/judgement/judge-standing';
import { CurrentPolicies, judgedCalls } from '../iam/judgement/judged-calls';
import { recordOf } from '../iam/judgement/permission-record';
import { grantsOf } from '../iam/judgement/role-grants';

/** Where a run's judged calls are kept and said. */
interface Book {
  readonly file: string;
  /** Where what each role may is kept. */
  readonly roles: string;
  readonly emit: Emit;
}

/** What a call belongs to, for people. */
interface Place {
  readonly stage: string;
  readonly action: string;
}

/**
 * What AWS would deny, of one rehearsal: of its actions, of the requests of what it runs, of the resources that CloudFormation makes. Every judged call is
 * kept next to the run's events; a denied one fails what asked (`enforce`), or is said (`report`).
 */
export class Permissions {
  private readonly current: CurrentPolicies;
  private readonly kept = new Set<string>();
  private readonly places = new Map<string, Place>();
  private readonly unjudged = new Set<string>();
  /** What was kept of each role, by file and role; and the policies that were looked at last. */
  private readonly grants = new Map<string, string>();
  private readonly granted = new Map<string, AccountPolicies>();

  /**
   * @param book the run's own; actions of other runs bring theirs
   * @param executionPolicies what CloudFormation's role of `cdk bootstrap` has; none: it is an administrator
   */
  constructor(
    private readonly ledger: StackLedger,
    private readonly mode: IamMode,
    private readonly book: Book,
    executionPolicies: readonly ExecutionPolicy[] = [],
  ) {
    this.current = new CurrentPolicies(ledger, executionPolicies);
  }

  /** The runners of actions, each behind a judgement of what AWS's services call for it. */
  guard(runners: ActionRunners): ActionRunners {
    if (this.mode === 'off') return runners;
    return new Map([...runners].map(([kind, run]) => [kind, this.guarded(run)]));
  }

  /** Decides what the local endpoint answers: first what no rehearsal allows, then what AWS would deny. */
  readonly authorize: Authorizer = async (request) => {
    const contained = containment(request);
    if (contained !== undefined || request.principal.roleArn === undefined) return contained;
    const policies = this.current.of(request.principal.roleArn, assumedRole(request));
    const unknown = containmentOfUnknownRole(request, (role) => policies.role(role) !== undefined);
    if (unknown !== undefined || this.mode === 'off') return unknown;
    return this.settle(await judgeRequest(request, policies), policies, this.placeOf(request), this.book);
  };

  /** Decides what CloudFormation may do to a resource. */
  readonly permits: DeploymentPermits = {
    resource: (role, resource) => this.permitResource(role, resource),
    stack: (role, stack) => this.permitStack(role, stack),
  };

  private async permitResource(role: string | undefined, resource: ResourceToPermit): Promise<string | undefined> {
    if (this.mode === 'off') return undefined;
    const { refused, unknown } = resource.operation === 'delete' ? { unknown: [] } : await documentProblems(resource);
    for (const problem of [...(refused ? [refused] : []), ...unknown]) {
      const text = `${resource.stackName}/${resource.logicalId}: ${problem}`;
      this.book.emit({ kind: 'message', level: 'warning', text, where: resource.stackName });
    }
    if (refused && this.mode === 'enforce') return `Resource handler returned message: "${refused}"`;
    if (role === undefined) return undefined;
    const policies = this.current.of(role);
    const denied = this.settle(
      await judgeResource(role, resource, policies),
      policies,
      { stage: resource.environment, action: `${resource.stackName}/${resource.logicalId}` },
      this.book,
    );
    return denied === undefined ? undefined : handlerMessage(denied, resource.type);
  }

  /**
   * Judges what AWS's services call for a stack's resources, by the policies as they are once the stack is complete. What comes later on AWS, a delivery or a
   * log, is said and fails nothing here.
   */
  private permitStack(role: string | undefined, { stack, changed, environment }: StackToPermit) {
    if (this.mode === 'off') return undefined;
    const made = Object.values(stack.resources).map((one) => ({ ...one, stack }));
    const { policies, ledger } = this.current.with(stack.stackId, made, role ?? '');
    const large = inlineTooLarge(inlineHolders(ledger, stack.account));
    let refused: { readonly logicalId: string; readonly reason: string } | undefined;
    if (large && stack.resources[large.logicalId]) {
      const text = `${stack.stackName}/${large.logicalId}: ${large.refused} (quotas of IAM and AWS STS)`;
      this.book.emit({ kind: 'message', level: 'warning', text, where: stack.stackName });
      if (this.mode === 'enforce')
        refused = { logicalId: large.logicalId, reason: `Resource handler returned message: "${large.refused}"` };
    }
    for (const resource of made) {
      const { logicalId, type } = resource;
      const judged = judgeStanding(resource, policies, ledger, role);
      const place = { stage: environment, action: `${stack.stackName}/${logicalId}` };
      const { fresh } = this.keep(judged, policies, place, this.book);
      for (const one of fresh) if (one.result === 'denied') this.say(one, this.book);
      const first = judged.find(({ call, decision }) => decision.result === 'denied' && !call.optional && !call.later);
      if (first && changed.has(logicalId) && this.mode === 'enforce')
        refused ??= { logicalId, reason: handlerMessage(first.text, type) };
    }
    return refused;
  }

  private guarded(run: ActionRunner): ActionRunner {
    return async (context) => {
      const { pipeline, action, stage, layout, runId, emit } = context;
      const place = { stage, action: action.name };
      if (action.provider === 'CodeBuild') this.places.set(action.configuration.ProjectName ?? '', place);
      const policies = this.current.of(JSON.stringify(pipeline.stages));
      const judged = judgedCalls(pipeline, action, this.ledger, policies, await buildspecOfSource(context));
      const book = { file: layout.permissions(runId), roles: layout.roles(runId), emit };
      const { records } = this.keep(judged, policies, place, book);
      const denied = records.filter(({ result }) => result === 'denied');
      if (this.mode === 'enforce' && denied[0])
        return { status: 'Failed', failure: failureOf(denied[0], denied.length - 1) };
      for (const one of denied) this.say(one, book);
      return run(context);
    };
  }

  /** Keeps and says what was judged. @returns AWS's sentence, where what asked fails */
  private settle(judged: readonly Judged[], policies: AccountPolicies, place: Place, book: Book): string | undefined {
    const { records, fresh } = this.keep(judged, policies, place, book);
    const denied = records.find(({ result }) => result === 'denied');
    if (!denied) return undefined;
    // A build that asks again and again is warned of once.
    if (fresh.includes(denied)) this.say(denied, book);
    return this.mode === 'enforce' ? denied.text : undefined;
  }

  private keep(
    judged: readonly Judged[],
    policies: AccountPolicies,
    { stage, action }: Place,
    book: Book,
  ): { readonly records: readonly PermissionRecord[]; readonly fresh: readonly PermissionRecord[] } {
    this.keepGrants(policies, book.roles);
    const records = judged.map((one) => recordOf(stage, action, one, policies));
    const fresh = records.filter((one) => {
      const key = [book.file, one.role, one.stage, one.pipelineAction, one.action, one.resource, one.result].join(' ');
      return !this.kept.has(key) && this.kept.add(key);
    });
    if (fresh.length > 0)
      fs.appendFileSync(book.file, fresh.map((one) => `${JSON.stringify(one)}\n`).join(''), { mode: 0o600 });
    for (const one of fresh) if (one.result === 'not known') this.sayUnjudged(one, policies, book);
    return { records, fresh };
  }

  /** Keeps what each role may, where it is new or has changed: what no call exercised is found with it. */
  private keepGrants(policies: AccountPolicies, file: string): void {
    if (this.granted.get(file) === policies) return;
    this.granted.set(file, policies);
    const changed = grantsOf(policies).flatMap((one) => {
      const key = `${file} ${one.role}`;
      const line = JSON.stringify(one);
      if (this.grants.get(key) === line) return [];
      this.grants.set(key, line);
      return [`${line}\n`];
    });
    if (changed.length > 0) fs.appendFileSync(file, changed.join(''), { mode: 0o600 });
  }

  /** What is not understood is never allowed in silence: a role whose policies are elsewhere is named once. */
  private sayUnjudged({ role, construct }: PermissionRecord, policies: AccountPolicies, { emit }: Book): void {
    if (this.unjudged.has(role) || !role.startsWith('arn:')) return;
    const known = policies.role(role);
    const why = known ? known.unread.find(({ kind }) => kind === 'identity')?.reason : 'no stack here makes this role';
    if (why === undefined) return;
    this.unjudged.add(role);
    emit({
      kind: 'message',
      level: 'info',
      text: `what ${construct} may is not judged: ${why}; on AWS a role without policies may nothing`,
    });
  }

  private say(record: PermissionRecord, { emit }: Book): void {
    const { message, next } = failureOf(record, 0);
    const where = record.stage === '' ? record.pipelineAction : `${record.stage}/${record.pipelineAction}`;
    const verb = this.mode === 'enforce' && !record.later ? 'was denied, as on AWS' : 'would be denied on AWS';
    emit({
      kind: 'message',
      level: 'warning',
      text: `${where}: ${record.action} ${verb}: ${message}; ${next ?? ''}`,
      where: record.construct,
    });
  }

  private placeOf({ principal }: AwsRequest): Place {
    const id = principal.actor ?? principal.arn.split('/').at(-1) ?? '';
    return this.places.get(id.split(':')[0] ?? '') ?? { stage: '', action: id };
  }
}

/** Everything of an account that has inline policies, or is one. */
function inlineHolders(ledger: Pick<StackLedger, 'resources'>, account: string) {
  const types = ['Role', 'User', 'Group', 'Policy', 'RolePolicy', 'UserPolicy', 'GroupPolicy'];
  return types.flatMap((type) => ledger.resources(`AWS::IAM::${type}`, account));
}

/** How CloudFormation says a handler's failure (CloudFormation CLI User Guide, "Handler error codes", AccessDenied). */
function handlerMessage(denied: string, type: string): string {
  const service = type.split('::')[1] ?? '';
  return `Resource handler returned message: "${denied} (Service: ${service}, Status Code: 403)" (HandlerErrorCode: AccessDenied)`;
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
