import type { AssemblyStack } from './assembly';

/**
 * The stacks of an assembly that `cdk deploy STACK` deploys, the stack itself last: what the manifest says that it depends on, and what it imports
 * from, those stacks' own needs before them (AWS CDK CLI reference, `cdk deploy`: dependencies are deployed unless `--exclusively`).
 */
export function deploymentOrder(stack: AssemblyStack, stacks: readonly AssemblyStack[]): AssemblyStack[] {
  const order: AssemblyStack[] = [];
  const visit = (one: AssemblyStack, trail: readonly AssemblyStack[]): void => {
    if (order.includes(one) || trail.includes(one)) return;
    for (const other of stacks) if (other !== one && needs(one, other)) visit(other, [...trail, one]);
    order.push(one);
  };
  visit(stack, []);
  return order;
}

function needs(stack: AssemblyStack, other: AssemblyStack): boolean {
  const sameManifest = folderOf(stack) === folderOf(other);
  if (sameManifest && stack.dependsOn.includes(other.id)) return true;
  const imports = namesIn(stack.template.Resources, 'Fn::ImportValue');
  const exported = Object.values(other.template.Outputs ?? {}).flatMap(({ Export }) =>
    typeof Export?.Name === 'string' ? [Export.Name] : [],
  );
  if (imports.some((name) => exported.includes(name))) return true;
  return namesIn(stack.template.Resources, 'Fn::GetStackOutput').includes(other.stackName);
}

function folderOf({ templateFile }: AssemblyStack): string {
  return templateFile.slice(0, templateFile.lastIndexOf('/'));
}

/** What a function of a template names literally: an export, a stack. */
function namesIn(value: unknown, name: 'Fn::ImportValue' | 'Fn::GetStackOutput'): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key !== name) return namesIn(inner, name);
    const named: unknown = typeof inner === 'object' ? (inner as { StackName?: unknown }).StackName : inner;
    return typeof named === 'string' ? [named] : [];
  });
}
