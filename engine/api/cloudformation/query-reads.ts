import { SaiondoError } from '../../../model/errors';
import type { StackEvent } from '../../../model/run-state';
import type { DeployedStack } from '../../ports/ledger';
import type { ChangeSet } from '../../cloudformation/change-set';
import type { ChangeSetStore } from '../../cloudformation/change-set-store';
import { NO_CHANGES } from '../../cloudformation/change-set';
import { conflictText, EARLY_VALIDATION_FAILED } from '../../cloudformation/taken-name';
import type { DiskLedger } from '../../cloudformation/ledger';
import { changeAnswers, eventAnswer, members, resourceAnswers, stackAnswer, templateAnswer } from './query-answers';
import { changeSetNameIn, listIn, stackNameIn } from './query-form';
import { stackIdOf, type StackAddress } from '../../cloudformation/stack-id';
import type { Template } from '../../cloudformation/template/template';

/** DescribeStackEvents gives at most so many at once. */
const PAGE = 100;

/** What is known of stacks: the ledger, and what only who deploys them, or their history, can say. */
export interface KnownStacks {
  readonly ledger: DiskLedger;
  /** The state of a stack that is being deployed or deleted, or was only reviewed; undefined for one that is as the ledger has it. */
  readonly statusOf: (at: StackAddress) => string | undefined;
  /** What became of a stack and its resources, the newest first, each with an id that stays. */
  readonly events: (at: StackAddress) => Iterable<readonly [id: string, event: StackEvent]>;
  /** A stack that every account has without a deployment: that of the bootstrap. */
  readonly standing?: (at: StackAddress) => DeployedStack | undefined;
  /** The change sets that wait, or were executed. */
  readonly changeSets: ChangeSetStore;
}

/** Answers CloudFormation's reading operations; undefined for one that is none of them (CloudFormation API Reference). */
export function readAnswer(action: string, form: URLSearchParams, at: StackAddress, known: KnownStacks): unknown {
  switch (action) {
    case 'DescribeStacks':
      return { Stacks: members(stacksOf(at, known).map((stack) => stackAnswer(stack, statusOf(stack, known)))) };
    case 'ListStacks':
      return { StackSummaries: members(summaries(at, listIn(form, 'StackStatusFilter.member'), known)) };
    case 'GetTemplate':
      return templateBody(at, known);
    case 'GetTemplateSummary':
      return templateAnswer(templateSeen(seenAt(at, known)));
    case 'ListStackResources':
      return { StackResourceSummaries: members(resourceAnswers(seenAt(at, known))) };
    case 'DescribeStackResources':
      return { StackResources: members(resourcesNamed(at, form, known)) };
    case 'DescribeStackResource':
      return { StackResourceDetail: resourceIn(seenAt(at, known), form.get('LogicalResourceId') ?? '') };
    case 'DescribeEvents':
      return { OperationEvents: members(operationEvents(at, form, known)) };
    case 'ListHookResults':
      return { HookResults: members([]) };
    case 'DescribeStackEvents':
      return eventsPage(at, form.get('NextToken') ?? undefined, known);
    case 'ListExports':
      return {
        Exports: members(
          stacksOf({ ...at, stackName: '' }, known).flatMap((stack) =>
            Object.values(stack.outputs)
              .filter((output) => output.exportName)
              .map(({ exportName: Name, value: Value }) => ({ ExportingStackId: stack.stackId, Name, Value })),
          ),
        ),
      };
    case 'ListImports':
      return { Imports: members(importsOf(at, form.get('ExportName') ?? '', known)) };
    case 'DescribeChangeSet':
      return changeSetAnswer(at, changeSetNameIn(form), known);
    case 'ListChangeSets':
      return {
        Summaries: members(known.changeSets.list(at).map((one) => changeSetAnswer(at, one.changeSetName, known))),
      };
    case 'GetStackPolicy': {
      const { stackPolicy } = seenAt(at, known);
      return stackPolicy ? { StackPolicyBody: JSON.stringify(stackPolicy) } : {};
    }
    default:
      return undefined;
  }
}

/**
 * The stack that a request is about: it names it, or a change set of it by its ARN alone (API Reference, ExecuteChangeSet, DescribeChangeSet).
 * @throws SaiondoError `ValidationError`, `ChangeSetNotFound`
 */
export function addressIn(
  form: URLSearchParams,
  { account, region }: Place,
  { changeSets }: Pick<KnownStacks, 'changeSets'>,
): StackAddress {
  const given = form.get('ChangeSetName');
  const named = stackNameIn(form);
  if (named || given === null) return { account, region, stackName: named };
  if (!given.startsWith('arn:'))
    throw new SaiondoError('StackName must be specified if ChangeSetName is not specified as an ARN.', {
      code: 'ValidationError',
    });
  const name = changeSetNameIn(form);
  const holds = (stackName: string): boolean =>
    changeSets.list({ account, region, stackName }).some((one) => one.changeSetName === name);
  const stackName = changeSets.names({ account, region }).find(holds);
  if (!stackName) throw new SaiondoError(`ChangeSet [${given}] does not exist`, { code: 'ChangeSetNotFound' });
  return { account, region, stackName };
}

interface Place {
  readonly account: string;
  readonly region: string;
}

/** @throws SaiondoError `ValidationError` */
export function stackAt(at: StackAddress, { ledger }: Pick<KnownStacks, 'ledger'>): DeployedStack {
  const stack = ledger.get(at.account, at.region, at.stackName);
  if (!stack) throw new SaiondoError(`Stack with id ${at.stackName} does not exist`, { code: 'ValidationError' });
  return stack;
}

/** @throws SaiondoError `ChangeSetNotFound` */
export function changeSetNamed(at: StackAddress, name: string, known: Pick<KnownStacks, 'changeSets'>): ChangeSet {
  const found = known.changeSets.get(at, name);
  if (!found) throw new SaiondoError(`ChangeSet [${name}] does not exist`, { code: 'ChangeSetNotFound' });
  return found;
}

/** The state of a stack that is only reviewed: a change set would create it (CloudFormation User Guide, "Stack status codes"). */
export function reviewed(
  at: StackAddress,
  { ledger, changeSets }: Pick<KnownStacks, 'ledger' | 'changeSets'>,
): 'REVIEW_IN_PROGRESS' | undefined {
  if (!at.stackName || ledger.get(at.account, at.region, at.stackName)) return undefined;
  return changeSets.list(at).some((one) => one.revision === 0) ? 'REVIEW_IN_PROGRESS' : undefined;
}

/** `arn:aws:cloudformation:…:changeSet/…`. */
export function changeSetId(at: Place, name: string): string {
  return `arn:aws:cloudformation:${at.region}:${at.account}:changeSet/${name}/00000000-0000-4000-8000-000000000000`;
}

function statusOf(stack: DeployedStack, known: KnownStacks): string {
  return known.statusOf(stack) ?? stack.status;
}

/** The named stack, or all of the account and region, with those that are only reviewed. */
function stacksOf(at: StackAddress, known: KnownStacks): readonly DeployedStack[] {
  const { account, region, stackName } = at;
  if (stackName) return [seenAt(at, known)];
  const deployed = known.ledger.list().filter((stack) => stack.account === account && stack.region === region);
  const reviewedOnly = known.changeSets
    .names(at)
    .filter((name) => !known.ledger.get(account, region, name))
    .flatMap((name) => placeholder({ ...at, stackName: name }, known) ?? []);
  return [...deployed, ...reviewedOnly];
}

/**
 * The named stack as AWS's reading operations see it: one that is only reviewed or being created is there, without a template and without resources
 * (API Reference, CreateChangeSet: REVIEW_IN_PROGRESS).
 * @throws SaiondoError `ValidationError`
 */
function seenAt(at: StackAddress, known: KnownStacks): DeployedStack {
  const deployed = known.ledger.get(at.account, at.region, at.stackName) ?? placeholder(at, known);
  return deployed ?? known.standing?.(at) ?? stackAt(at, known);
}

function placeholder(at: StackAddress, known: KnownStacks): DeployedStack | undefined {
  const status = known.statusOf(at);
  if (!status) return undefined;
  const none = { template: {}, parameters: {}, tags: {}, outputs: {}, resources: {} };
  return { ...at, ...none, stackId: stackIdOf(at), status, updatedAt: new Date().toISOString() };
}

/** An empty body where there is no template yet, as on AWS; nobody reads it as a template. */
function templateBody(at: StackAddress, known: KnownStacks): Record<string, unknown> {
  const stack = seenAt(at, known);
  const body = 'Resources' in stack.template ? JSON.stringify(stack.template) : '';
  return { TemplateBody: body, StagesAvailable: members(['Original', 'Processed']) };
}

function templateSeen({ template }: DeployedStack): Template {
  return { Resources: {}, ...template } as unknown as Template;
}

function summaries(at: StackAddress, states: readonly string[], known: KnownStacks): Record<string, unknown>[] {
  return stacksOf({ ...at, stackName: '' }, known)
    .map((stack) => [stack, statusOf(stack, known)] as const)
    .filter(([, status]) => states.length === 0 || states.includes(status))
    .map(([stack, status]) => stackAnswer(stack, status));
}

/** What pre-deployment validation found of a change set (API Reference, DescribeEvents). */
function operationEvents(at: StackAddress, form: URLSearchParams, known: KnownStacks): Record<string, unknown>[] {
  const name = changeSetNameIn(form);
  if (!name) return [];
  const { conflicts = [] } = changeSetNamed(at, name, known);
  return conflicts.map((conflict, index) => ({
    EventId: `${name}-${index}`,
    StackId: stackIdOf(at),
    OperationType: 'CREATE_CHANGESET',
    EventType: 'VALIDATION_ERROR',
    LogicalResourceId: conflict.logicalId,
    PhysicalResourceId: conflict.physicalId,
    ResourceType: conflict.type,
    ValidationFailureMode: 'FAIL',
    ValidationName: 'NAME_CONFLICT_VALIDATION',
    ValidationStatus: 'FAILED',
    ValidationStatusReason: conflictText(conflict),
    ValidationPath: `/Resources/${conflict.logicalId}`,
  }));
}

/** @throws SaiondoError `ValidationError`: AWS has no empty answer here */
function importsOf({ account, region }: Place, name: string, { ledger }: KnownStacks): readonly string[] {
  const importers = ledger.importers(account, region, name);
  if (importers.length === 0)
    throw new SaiondoError(`Export '${name}' is not imported by any stack.`, { code: 'ValidationError' });
  return importers;
}

/** The resources of a stack, which is named, or found by the physical id of one of them (API Reference, DescribeStackResources). */
function resourcesNamed(at: StackAddress, form: URLSearchParams, known: KnownStacks): Record<string, unknown>[] {
  const physicalId = form.get('PhysicalResourceId');
  if (at.stackName || physicalId === null) {
    const logicalId = form.get('LogicalResourceId');
    return resourceAnswers(seenAt(at, known)).filter((one) => !logicalId || one.LogicalResourceId === logicalId);
  }
  const found = stacksOf(at, known)
    .map(resourceAnswers)
    .find((resources) => resources.some((one) => one.PhysicalResourceId === physicalId));
  if (!found) throw new SaiondoError(`Stack for ${physicalId} does not exist`, { code: 'ValidationError' });
  return found;
}

function resourceIn(stack: DeployedStack, logicalId: string): Record<string, unknown> {
  const found = resourceAnswers(stack).find((one) => one.LogicalResourceId === logicalId);
  if (!found)
    throw new SaiondoError(`Resource ${logicalId} does not exist for stack ${stack.stackName}`, {
      code: 'ValidationError',
    });
  return found;
}

/** API Reference, DescribeStackEvents: the newest first, by pages. */
function eventsPage(at: StackAddress, token: string | undefined, known: KnownStacks): Record<string, unknown> {
  const page: [string, StackEvent][] = [];
  let waits = token !== undefined;
  let more = false;
  for (const [id, event] of known.events(at)) {
    if (waits) {
      waits = id !== token;
      continue;
    }
    if (page.length === PAGE) {
      more = true;
      break;
    }
    page.push([id, event]);
  }
  if (waits) throw new SaiondoError('The next token is not one that this operation gave.', { code: 'ValidationError' });
  if (page.length === 0 && !token) {
    // A stack that nothing has been told of is there, or is none: AWS says which. One that was deleted still has its events.
    const status = known.statusOf(at);
    if (!status) stackAt(at, known);
  }
  return {
    StackEvents: members(page.map(([id, event]) => eventAnswer(at, id, event))),
    ...(more ? { NextToken: page.at(-1)?.[0] } : {}),
  };
}

function changeSetAnswer(at: StackAddress, name: string, known: KnownStacks): Record<string, unknown> {
  const changeSet = changeSetNamed(at, name, known);
  const { id, revision, empty, conflicts } = changeSet;
  const failure = conflicts ? EARLY_VALIDATION_FAILED : empty ? NO_CHANGES : undefined;
  const stack = known.ledger.get(at.account, at.region, at.stackName);
  const executed =
    stack?.lastChangeSet?.id === id ? (stack.lastChangeSet.reason ? 'EXECUTE_FAILED' : 'EXECUTE_COMPLETE') : undefined;
  const open = revision === (stack?.revision ?? 0) ? 'AVAILABLE' : 'OBSOLETE';
  return {
    ChangeSetName: name,
    ChangeSetId: changeSetId(at, name),
    StackName: at.stackName,
    StackId: stackIdOf(at),
    CreationTime: new Date().toISOString(),
    Status: failure === undefined ? 'CREATE_COMPLETE' : 'FAILED',
    StatusReason: failure ?? '',
    ExecutionStatus: failure === undefined ? (executed ?? open) : 'UNAVAILABLE',
    Changes: members(changeAnswers(changeSet)),
  };
}
