/** How a test case came out (CodeBuild API Reference, TestCase). */
export type CaseStatus = 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'ERROR';

/** A test case of a run, and how it came out before. */
export interface PageTest {
  /** `Stage/Action`. */
  readonly action: string;
  readonly suite?: string;
  readonly name: string;
  readonly status: CaseStatus;
  readonly seconds: number;
  /** In the runs up to this one, the oldest first; empty where the run has no such case. */
  readonly history: readonly (CaseStatus | '')[];
  /** `new failure`: it passed the time before. `fixed`: it failed the time before. `flaky`: it changed twice or more. */
  readonly mark?: 'new failure' | 'fixed' | 'flaky';
}

/** The test cases of a run. */
export interface PageTests {
  readonly total: number;
  readonly failed: number;
  readonly cases: readonly PageTest[];
}
