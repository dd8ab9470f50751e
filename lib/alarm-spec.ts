import { ComparisonOperator, type IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Configuration } from '../config/load';

/** One alarm, as data: what is watched, when it rings, and where the runbook says what to do. */
export interface AlarmSpec {
  /** Its name after the environment's prefix, and the anchor of its runbook entry: `api-5xx` is `docs/runbook.md#alarm-api-5xx`. */
  readonly name: string;
  /** Tells one resource's alarm from another's of the same kind, e.g. `api`; part of the name, not of the anchor. */
  readonly of?: string;
  /** What is wrong, in a sentence: the first thing that the person who is woken reads. */
  readonly says: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** Default: greater than or equal to the threshold. */
  readonly comparison?: ComparisonOperator;
  /** So many of the last `of` periods have to be over the threshold. */
  readonly periods: { readonly bad: number; readonly of: number };
}

/** Rings when the value is low: storage, days. */
export const BELOW = ComparisonOperator.LESS_THAN_THRESHOLD;

/** Where the runbook's entry is read: in the pipeline's repository, on the branch that the pipeline is built from. */
export function runbookLink(configuration: Configuration, anchor: string): string {
  const { name, branch } = configuration.repositories.pipeline;
  return `https://github.com/${name}/blob/${branch}/docs/runbook.md#${anchor}`;
}
