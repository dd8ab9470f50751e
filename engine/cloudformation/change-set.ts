import { isDeepStrictEqual } from 'node:util';
import { SaiondoError } from '../../model/errors';
import type { ResourceChange } from '../../model/events';
import type { DeployedStack } from '../ledger';
import { generatedAttribute, physicalIdOf, type ResourceAddress } from './identity';
import { conditionHolds, resolve, type ResolutionContext } from './intrinsics';
import type { DiskLedger } from './ledger';
import { checkTemplate, replacementOf } from './resource-schema';
import { dependenciesOf, type Template } from './template';

/** A deployment that has been asked for. */
export interface DeploymentRequest {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly template: Template;
  /** The template's file, for errors. */
  readonly file: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** A change set: what a deployment will do, before it does it. */
export interface ChangeSet extends DeploymentRequest {
  readonly changes: readonly ResourceChange[];
  /** Every resource that the stack will have, dependencies first. */
  readonly order: readonly string[];
  /** Which replacement of its logical id each resource is. */
  readonly generations: Readonly<Record<string, number>>;
}

const SECURITY = /^AWS::(IAM::|EC2::SecurityGroup|S3::BucketPolicy|KMS::Key$)/;

/** `arn:aws:cloudformation:…` of a stack. */
export function stackIdOf(request: { account: string; region: string; stackName: string }): string {
  return `arn:aws:cloudformation:${request.region}:${request.account}:stack/${request.stackName}/00000000-0000-4000-8000-000000000000`;
}

/** The context in which a stack's template is resolved against what exists, or will exist. */
export function resolutionContext(
  request: DeploymentRequest,
  ledger: DiskLedger,
  known: {
    refOf: (logicalId: string) => string | undefined;
    attributeOf: (logicalId: string, attribute: string) => unknown;
  },
): ResolutionContext {
  return {
    ...request,
    ...known,
    stackId: stackIdOf(request),
    exportOf: (name) => ledger.exportOf(request.account, request.region, name),
    outputOf: (stack, output) => ledger.get(request.account, request.region, stack)?.outputs[output]?.value,
  };
}

/** The address of a resource of a request. */
export function addressOf(request: DeploymentRequest, logicalId: string, generation: number): ResourceAddress {
  const { account, region, stackName, template } = request;
  return { account, region, stackName, logicalId, type: template.Resources[logicalId]?.Type ?? '', generation };
}

/** The resources that a template makes under its conditions, dependencies first. @throws SaiondoError on a cycle. */
export function creationOrder(template: Template, present: (logicalId: string) => boolean): string[] {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (id: string, trail: readonly string[]): void => {
    if (state.get(id) === 'done' || !present(id)) return;
    if (state.get(id) === 'open') {
      throw new SaiondoError(`circular dependency between resources: ${[...trail, id].join(' → ')}`, {
        code: 'TEMPLATE_CIRCULAR',
      });
    }
    state.set(id, 'open');
    for (const dependency of dependenciesOf(template, id)) visit(dependency, [...trail, id]);
    state.set(id, 'done');
    order.push(id);
  };
  for (const id of Object.keys(template.Resources)) visit(id, []);
  return order;
}

/**
 * Computes what a deployment changes against what is deployed (CloudFormation User Guide, "Update CloudFormation stacks using change sets").
 * A replacement is carried to whatever refers to the replaced resource.
 * @throws SaiondoError `TEMPLATE_INVALID` with every property that AWS's schema does not allow; `TEMPLATE_UNRESOLVABLE`
 */
export function computeChangeSet(request: DeploymentRequest, ledger: DiskLedger): ChangeSet {
  const problems = checkTemplate(request.template, request.file);
  if (problems[0]) {
    throw new SaiondoError(
      problems.map((problem) => `${problem.where.file} (${problem.where.path ?? ''}): ${problem.message}`).join('\n'),
      {
        code: 'TEMPLATE_INVALID',
        where: problems[0].where,
        next: 'AWS’s resource reference has the type’s properties',
      },
    );
  }
  const { template } = request;
  const previous = ledger.get(request.account, request.region, request.stackName);
  const planned = new Map<string, { physicalId: string; properties: Record<string, unknown>; kept: boolean }>();
  const generations: Record<string, number> = {};
  const context = resolutionContext(request, ledger, {
    refOf: (id) => planned.get(id)?.physicalId,
    attributeOf: (id, attribute) => {
      const plan = planned.get(id);
      if (!plan) return undefined;
      const before = plan.kept ? previous?.resources[id]?.attributes[attribute] : undefined;
      return (
        before ??
        generatedAttribute(addressOf(request, id, generations[id] ?? 1), plan.properties, plan.physicalId, attribute)
      );
    },
  });
  const present = (id: string): boolean => {
    const condition = template.Resources[id]?.Condition;
    return condition === undefined || conditionHolds(condition, context, `Resources.${id}.Condition`);
  };
  const order = creationOrder(template, present);
  const changes: ResourceChange[] = [];
  for (const id of order) {
    const type = template.Resources[id]?.Type ?? '';
    const before = previous?.resources[id];
    const properties = (resolve(template.Resources[id]?.Properties ?? {}, context, `Resources.${id}.Properties`) ??
      {}) as Record<string, unknown>;
    const security = SECURITY.test(type) ? { security: true } : {};
    const generation = before ? generationOf(previous, id) : 1;
    if (!before) {
      generations[id] = generation;
      planned.set(id, {
        physicalId: physicalIdOf(addressOf(request, id, generation), properties),
        properties,
        kept: false,
      });
      changes.push({ action: 'Add', logicalId: id, type, properties: [], ...security });
      continue;
    }
    const changed = changedProperties(before.properties, properties);
    const replacement =
      before.type !== type ? 'True' : strongest(changed.map((property) => replacementOf(type, property)));
    const replaced = replacement === 'True';
    generations[id] = replaced ? generation + 1 : generation;
    const physicalId = replaced ? physicalIdOf(addressOf(request, id, generation + 1), properties) : before.physicalId;
    planned.set(id, { physicalId, properties, kept: !replaced });
    if (changed.length > 0 || replaced) {
      changes.push({
        action: 'Modify',
        logicalId: id,
        physicalId: before.physicalId,
        type,
        replacement,
        properties: changed,
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
  return { ...request, changes, order, generations };
}

/** Which generation a deployed resource is; kept among its attributes. */
export function generationOf(stack: DeployedStack | undefined, logicalId: string): number {
  return Number(stack?.resources[logicalId]?.attributes[GENERATION] ?? 1);
}
/** The attribute that remembers a resource's generation. No `Fn::GetAtt` can ask for it: names have no blanks. */
export const GENERATION = 'rehearsal generation';

function changedProperties(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => !isDeepStrictEqual(before[key], after[key]),
  );
}

function strongest(replacements: readonly ('True' | 'False' | 'Conditional')[]): 'True' | 'False' | 'Conditional' {
  if (replacements.includes('True')) return 'True';
  return replacements.includes('Conditional') ? 'Conditional' : 'False';
}
