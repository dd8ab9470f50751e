import type { ResourceOfStack, StackLedger } from '../../ports/ledger';

/** A ledger whose resources of a type are read once: of one that does not change while it is asked again and again. */
export function readOnce(ledger: Pick<StackLedger, 'resources'>): Pick<StackLedger, 'resources'> {
  const byType = new Map<string, readonly ResourceOfStack[]>();
  return {
    resources: (type, account, region) => {
      const all = byType.get(type) ?? ledger.resources(type);
      byType.set(type, all);
      return all.filter(
        ({ stack }) =>
          (account === undefined || stack.account === account) && (region === undefined || stack.region === region),
      );
    },
  };
}

/** A ledger as it will be when a stack's deployment is complete: with the stack's resources as they are now. */
export function withStack(
  ledger: Pick<StackLedger, 'resources'>,
  made: readonly ResourceOfStack[],
  stackId: string,
): Pick<StackLedger, 'resources'> {
  return {
    resources: (type, account, region) => [
      ...ledger.resources(type, account, region).filter(({ stack }) => stack.stackId !== stackId),
      ...made.filter(
        ({ type: one, stack }) =>
          one === type &&
          (account === undefined || stack.account === account) &&
          (region === undefined || stack.region === region),
      ),
    ],
  };
}
