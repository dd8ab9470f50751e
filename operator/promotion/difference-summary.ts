import type { Difference, ResourceChange, StackChanges } from '../../model/promotion.shape';

/**
 * What lies between two executions, in a line: how many of each kind, what can hurt first. What could not be compared is counted too: where it is all
 * there is, nothing is said to be the same.
 */
export function differenceSummary(difference: Omit<Difference, 'summary'>): string {
  const { commits, images, migrations, stacks, permissions, contracts, unknown } = difference;
  const changes = stacks.flatMap((one) => one.changes);
  const listed = commits.flatMap((one) => one.commits ?? []).length;
  // Where the commits in between are not known their ends are; a first delivery has only one.
  const moved = commits.filter((one) => one.from !== undefined && one.from !== one.to).length;
  const first = commits.filter((one) => one.from === undefined).length;
  const parts = [
    counted(harmful(stacks).length, 'resource replaced or removed', 'resources replaced or removed'),
    counted(permissions.length, 'permission changed', 'permissions changed'),
    counted(migrations.length, 'migration', 'migrations'),
    counted(contracts.length, 'contract changed', 'contracts changed'),
    counted(images.length, 'image', 'images'),
    counted(listed, 'commit', 'commits') || counted(moved, 'source at another commit', 'sources at another commit'),
    counted(listed === 0 ? first : 0, 'source for the first time', 'sources for the first time'),
    counted(changes.length, 'resource changed in all', 'resources changed in all'),
    counted(unknown.length, 'part not known', 'parts not known'),
  ];
  return parts.filter(Boolean).join(', ') || 'nothing differs';
}

/** The resources that are replaced or removed, with their stacks: what they hold may go with them. */
export function harmful(stacks: readonly StackChanges[]): (ResourceChange & { readonly stack: string })[] {
  return stacks.flatMap(({ stack, changes }) =>
    changes.filter((one) => one.replacement === 'True' || one.action === 'Remove').map((one) => ({ stack, ...one })),
  );
}

function counted(count: number, one: string, many: string): string {
  return count > 0 ? `${count} ${count === 1 ? one : many}` : '';
}
