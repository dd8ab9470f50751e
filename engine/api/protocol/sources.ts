import type { StackLedger } from '../../ports/ledger';
import type { Runs } from '../../runs/runs';

/** What the reading operations look at. */
export interface ApiSources {
  readonly runs: Runs;
  /** What is deployed now. */
  readonly ledger: () => StackLedger;
}
