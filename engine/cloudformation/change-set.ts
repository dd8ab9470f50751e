import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { SaiondoError } from '../../model/errors';
import type { ResourceChange } from '../../model/events';
import type { DeployedStack } from '../ports/ledger';
import { checkCapabilities } from './template/capabilities';
import { generatedAttribute, physicalIdOf } from './identity';
import { nameConflicts, type NameConflict } from './taken-name';
import { conditionHolds, resolve } from './template/intrinsics';
import { expandForEach } from './template/language-extensions';
import type { DiskLedger } from './ledger';
import { replacementOf, tagsPropertyOf } from './template/resource-schema';
import { checkRules } from './template/rules';
import { rereadProperties, type ReferenceValues } from './template/reference-values';
import { addressOf, resolutionContext, type DeploymentRequest } from './stack';
import { stackIdOf } from './stack-id';
import { refuseProblems, templateProblems } from './template/template-checks';
import { dependenciesOf, nameForPeople, type Template } from './template/template';

/** A change set: what a deployment will do, before it does it. */
export interface ChangeSet extends DeploymentRequest {
  /** The same for the same request on the same state of the stack, so that an interrupted deployment is recognized. */
  readonly id: string;
  /** The stack's revision that it was made for; 0: there was none. */
  readonly revision: number;
  readonly changes: readonly ResourceChange[];
  /** Every resource that the stack will have, dependencies first. */
  readonly order: readonly string[];
  /** Which replacement of its logical id each resource is. */
  readonly generations: Readonly<Record<string, number>>;
  /** Whether there is nothing to do at all: no resource, output, tag or policy changes. */
  readonly empty: boolean;
  /** Names that are taken: the change set failed, and cannot be executed. */
  readonly conflicts?: readonly NameConflict[];
}

/** What CloudFormation says of a change set without changes. */
export const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

const SECURITY = /^AWS::(IAM::|EC2::SecurityGroup|S3::BucketPolicy|KMS::Key$)/;

/** States that a stack cannot be updated in (CloudFormation User Guide, "Understand stack creation and update events", status codes). */
const NOT_UPDATABLE =
  /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED|DELETE_IN_PROGRESS|UPDATE_ROLLBACK_FAILED)$/;

/** Refuses an update of a stack whose last operation left it unusable. @throws SaiondoError `ValidationError` */
export function refuseUnusable(stack: DeployedStack | undefined, file: string): void {
  if (!stack || stack.paused || !NOT_UPDATABLE.test(stack.status)) return;
  const reason = stack.lastChangeSet?.reason;
  throw new SaiondoError(`Stack:${stack.stackId} is in ${stack.status} state and can not be updated.`, {
    code: 'ValidationError',
    where: { file },
    next:
      (stack.status === 'UPDATE_ROLLBACK_FAILED'
        ? `continue its rollback (aws cloudformation continue-update-rollback --region ${stack.region} --stack-name ${stack.stackName}; of a rehearsal, while it is served: docs/serving.md) or replace it (REPLACE_ON_FAILURE)`
        : `delete it first (saiondo rehearse --delete-rolled-back; on AWS: aws cloudformation delete-stack --stack-name ${stack.stackName}), or deploy with REPLACE_ON_FAILURE`) +
      (reason ? `; it failed on ${stack.lastChangeSet?.logicalId ?? ''}: ${reason}` : ''),
  });
}

/**
 * The resources that a template makes under its conditions, dependencies first.
 * @param last those that come after the others, where nothing depends on them
 * @throws SaiondoError `TEMPLATE_CIRCULAR` with the cycle */
export function creationOrder(
  template: Template,
  present: (logicalId: string) => boolean,
  file: string,
  last: (logicalId: string) => boolean = () => false,
): string[] {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string, trail: readonly string[]): void => {
    if (state.get(id) === 'done' || !present(id)) return;
    if (state.get(id) === 'open') {
      const cycle = [...trail.slice(trail.indexOf(id)), id].map((one) => nameForPeople(template, one));
      throw new SaiondoError(`Circular dependency between resources: [${cycle.join(' → ')}]`, {
        code: 'TEMPLATE_CIRCULAR',
        where: { file, path: `Resources.${id}` },
        next: 'move one of the references into a resource of its own, such as a security group’s rule',
      });
    }
    state.set(id, 'open');
    for (const dependency of dependenciesOf(template, id)) visit(dependency, [...trail, id]);
    state.set(id, 'done');
    order.push(id);
  };
  const ids = Object.keys(template.Resources);
  for (const id of [...ids.filter((one) => !last(one)), ...ids.filter(last)]) visit(id, []);
  return order;
}

interface Plan {
  readonly physicalId: string;
  readonly properties: Record<string, unknown>;
  /** The deployed resource, where this is an update of it. */
  readonly kept?: DeployedStack['resources'][string];
}

/**
 * Computes what a deployment changes against what is deployed (CloudFormation User Guide, "Update CloudFormation stacks using change sets").
 * A replacement is carried to whatever refers to the replaced resource.
 * @param values what references without a version name now: read again where the template changes
 * @throws SaiondoError `TEMPLATE_INVALID` with everything that CloudFormation would refuse; `TEMPLATE_UNRESOLVABLE`, `TEMPLATE_CIRCULAR`,
 * `InsufficientCapabilitiesException`, `ValidationError` for a stack that cannot be updated
 */
export function computeChangeSet(
  asked: DeploymentRequest,
  ledger: DiskLedger,
  values: ReferenceValues = {},
): ChangeSet {
  const previous = ledger.get(asked.account, asked.region, asked.stackName);
  refuseUnusable(previous, asked.file);
  const request = { ...asked, template: expanded(asked, ledger) };
  const { template, file } = request;
  refuseProblems(templateProblems(template, file));
  checkCapabilities(asked.template, template, request);
  const planned = new Map<string, Plan>();
  const generations: Record<string, number> = {};
  const context = resolutionContext(request, ledger, {
    refOf: (id) => planned.get(id)?.physicalId,
    attributeOf: (id, attribute) => {
      const plan = planned.get(id);
      if (!plan) return undefined;
      const generated = (): unknown =>
        generatedAttribute(addressOf(request, id, generations[id] ?? 1), plan.properties, plan.physicalId, attribute);
      const changesWithProperty = Object.hasOwn(plan.properties, attribute);
      return changesWithProperty ? generated() : (plan.kept?.attributes[attribute] ?? generated());
    },
  });
  checkRules(context);
  const present = (id: string): boolean => {
    const condition = template.Resources[id]?.Condition;
    return condition === undefined || conditionHolds(condition, context, `Resources.${id}.Condition`);
  };
  // With the same template nothing is read again, whatever the values became (aws-cloudformation/cloudformation-coverage-roadmap#844).
  const sameTemplate = isDeepStrictEqual(previous?.template, template);
  const reread = (id: string): string[] => {
    const before = previous?.resources[id];
    return sameTemplate || !before ? [] : rereadProperties(before, values);
  };
  const order = creationOrder(template, present, file, (id) => reread(id).length > 0);
  const changes: ResourceChange[] = [];
  const retagged = previous !== undefined && !isDeepStrictEqual(previous.tags, request.tags);
  for (const id of order) {
    const type = template.Resources[id]?.Type ?? '';
    const before = previous?.resources[id];
    const properties = propertiesOf(template, id, context);
    const security = SECURITY.test(type) ? { security: true } : {};
    const generation = before?.generation ?? 1;
    if (!before) {
      generations[id] = 1;
      planned.set(id, { physicalId: physicalIdOf(addressOf(request, id, 1), properties), properties });
      changes.push({ action: 'Add', logicalId: id, type, properties: [], ...security });
      continue;
    }
    const changed = [...new Set([...changedProperties(before.properties, properties), ...reread(id)])];
    const replacement =
      before.type !== type ? 'True' : strongest(changed.map((property) => replacementOf(type, property)));
    const replaced = replacement === 'True';
    generations[id] = replaced ? generation + 1 : generation;
    const physicalId = replaced ? physicalIdOf(addressOf(request, id, generation + 1), properties) : before.physicalId;
    planned.set(id, { physicalId, properties, ...(replaced ? {} : { kept: before }) });
    const tags = retagged ? tagsPropertyOf(type) : undefined;
    const all = tags && !changed.includes(tags) ? [...changed, tags] : changed;
    if (all.length > 0 || replaced) {
      changes.push({
        action: 'Modify',
        logicalId: id,
        physicalId: before.physicalId,
        type,
        replacement,
        properties: all,
        ...security,
      });
    }
  }
  for (const [id, before] of Object.entries(previous?.resources ?? {})) {
    if (planned.has(id)) continue;
    const security = SECURITY.test(before.type) ? { security: true } : {};
    changes.push({
      action: 'Remove',
      logicalId: id,
      physicalId: before.physicalId,
      type: before.type,
      properties: [],
      ...security,
    });
  }
  const revision = previous?.revision ?? 0;
  const empty = changes.length === 0 && previous !== undefined && !previous.paused && !redefined(previous, request);
  const conflicts = nameConflicts(request, ledger, changes, (id) => planned.get(id)?.physicalId);
  const failed = conflicts.length > 0 ? { conflicts } : {};
  return { ...request, id: idOf(request, revision), revision, changes, order, generations, empty, ...failed };
}

/** A resource's properties as they are after this deployment. */
export function propertiesOf(
  template: Template,
  logicalId: string,
  context: Parameters<typeof resolve>[1],
): Record<string, unknown> {
  const at = `Resources.${logicalId}.Properties`;
  return (resolve(template.Resources[logicalId]?.Properties ?? {}, context, at) ?? {}) as Record<string, unknown>;
}

/** The names of the top-level properties in which two sets of properties differ. */
export function changedProperties(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !isDeepStrictEqual(before[key], after[key]),
  );
}

/** The template with its loops written out. Their collections come from parameters and mappings alone. */
function expanded(request: DeploymentRequest, ledger: DiskLedger): Template {
  const context = resolutionContext(request, ledger, { refOf: () => undefined, attributeOf: () => undefined });
  return expandForEach(request.template, request.file, (value, at) => resolve(value, context, at));
}

/** Whether a template that changes no resource changes something else that CloudFormation keeps. */
function redefined(previous: DeployedStack, request: DeploymentRequest): boolean {
  const before = previous.template as unknown as Template;
  const attributes = (template: Template): unknown =>
    Object.fromEntries(
      Object.entries(template.Resources).map(([id, { Properties: _properties, ...rest }]) => [id, rest]),
    );
  return (
    !isDeepStrictEqual(before.Outputs ?? {}, request.template.Outputs ?? {}) ||
    !isDeepStrictEqual(attributes(before), attributes(request.template)) ||
    !isDeepStrictEqual(previous.tags, request.tags) ||
    !isDeepStrictEqual(previous.parameters, textsOf(request.parameters)) ||
    (request.stackPolicy !== undefined && !isDeepStrictEqual(previous.stackPolicy, request.stackPolicy))
  );
}

/** Parameter values as the ledger keeps them. */
export function textsOf(parameters: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
}

function idOf(request: DeploymentRequest, revision: number): string {
  const { template, parameters, tags, stackPolicy } = request;
  const content = JSON.stringify([stackIdOf(request), revision, template, parameters, tags, stackPolicy]);
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}

function strongest(replacements: readonly ('True' | 'False' | 'Conditional')[]): 'True' | 'False' | 'Conditional' {
  if (replacements.includes('True')) return 'True';
  return replacements.includes('Conditional') ? 'Conditional' : 'False';
}
