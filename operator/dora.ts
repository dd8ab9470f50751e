import { percentile } from './percentile';

/** A deployment to an environment that was begun: an execution in a stage that deploys. */
export interface Deployment {
  /** The stage. */
  readonly environment: string;
  readonly rollback: boolean;
  readonly status: 'Succeeded' | 'Failed';
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  /** When the oldest commit that it brings was written; absent where nobody says. */
  readonly committedAt?: number;
}

/** The four key figures of an environment (dora.dev, "DORA's software delivery metrics: the four keys"). Absent: nothing to compute it from. */
export interface FourKeys {
  readonly environment: string;
  /** Deployments that succeeded. */
  readonly deployments: number;
  /** Deployment frequency: of these, how many a day over the time looked at, which is a day at least. */
  readonly deploymentsPerDay: number;
  /** Lead time for changes: from the commit to the end of the deployment that brought it, the median; seconds. */
  readonly leadTimeSeconds?: number;
  /** Change failure rate: of the deployments that ended, the share that failed or was rolled back; 0 to 1. */
  readonly changeFailureRate?: number;
  /** Time to restore: from the end of a failed deployment to that of the next one that succeeded there, a rollback too; the median; seconds. */
  readonly restoreSeconds?: number;
}

const DAY = 86_400_000;

/**
 * The four key figures of each environment.
 * @param deployments in any order
 * @param window the time that is looked at, in milliseconds since 1970
 */
export function fourKeys(
  deployments: readonly Deployment[],
  window: { readonly from: number; readonly to: number },
): FourKeys[] {
  const days = Math.max(1, (window.to - window.from) / DAY);
  return [...new Set(deployments.map((one) => one.environment))].map((environment) => {
    const all = deployments.filter((one) => one.environment === environment).sort((a, b) => a.endedAt - b.endedAt);
    const changes = all.filter((one) => !one.rollback);
    const good = changes.filter((one) => one.status === 'Succeeded');
    const leads = good.flatMap((one) =>
      one.committedAt === undefined ? [] : [(one.endedAt - one.committedAt) / 1000],
    );
    const failed = changes.filter((one) => one.status === 'Failed' || isRolledBack(one, all));
    const restores = all.flatMap((one, at) => {
      if (one.status !== 'Failed' || all[at - 1]?.status === 'Failed') return [];
      const next = all.slice(at + 1).find((later) => later.status === 'Succeeded');
      return next ? [(next.endedAt - one.endedAt) / 1000] : [];
    });
    return {
      environment,
      deployments: good.length,
      deploymentsPerDay: good.length / days,
      ...(leads.length > 0 ? { leadTimeSeconds: percentile(leads, 50) } : {}),
      ...(changes.length > 0 ? { changeFailureRate: failed.length / changes.length } : {}),
      ...(restores.length > 0 ? { restoreSeconds: percentile(restores, 50) } : {}),
    };
  });
}

/** Whether the next thing that happened in the environment was a rollback. */
function isRolledBack(change: Deployment, all: readonly Deployment[]): boolean {
  return all[all.indexOf(change) + 1]?.rollback === true;
}
