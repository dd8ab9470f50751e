import { expectedMinutes } from './expected-minutes';
import prices from './prices.json';

/** An action of a run, or of the definition where nothing has run yet. */
export interface PricedAction {
  readonly stage: string;
  readonly action: string;
  readonly category: string;
  readonly provider: string;
  /** Seconds that it was seen to take; undefined: reckon with what is expected. */
  readonly seconds?: number;
  /** The project of a CodeBuild action: its machine sets the price. */
  readonly machine?: { readonly type: string; readonly computeType: string };
}

/** What an action costs. */
export interface ActionCost {
  readonly stage: string;
  readonly action: string;
  readonly minutes: number;
  readonly basis: 'measured' | 'expected';
  /** US dollars: the build's machine. */
  readonly build: number;
  /** US dollars: CodePipeline's own, by action minute. */
  readonly pipeline: number;
}

/** What CodeBuild takes to provision a machine before the first command (seconds): a rehearsal does not have it, and AWS bills it. */
const PROVISIONING_SECONDS = 20;

/**
 * The price of each action: CodeBuild by the minute begun, Lambda compute by the second, CodePipeline V2 by the action minute begun;
 * approvals are free (AWS CodeBuild Pricing; AWS CodePipeline Pricing). Where a rehearsal stands in for a service in milliseconds
 * (CloudFormation, sources), the expected minutes count, not the measured ones.
 */
export function runCost(actions: readonly PricedAction[]): ActionCost[] {
  return actions
    .filter((action) => action.category !== 'Approval')
    .map((action) => {
      const measured = action.provider === 'CodeBuild' && action.seconds !== undefined;
      const lambda = /LAMBDA/.test(action.machine?.type ?? '');
      const seconds = measured
        ? (action.seconds ?? 0) + (lambda ? 0 : PROVISIONING_SECONDS)
        : expectedMinutes(action.action, action.provider) * 60;
      return {
        stage: action.stage,
        action: action.action,
        minutes: seconds / 60,
        basis: measured ? 'measured' : 'expected',
        build: action.machine ? buildPrice(action.machine, seconds) : 0,
        pipeline: Math.ceil(seconds / 60) * prices.codePipelineActionMinute,
      } as const;
    });
}

function buildPrice({ type, computeType }: { type: string; computeType: string }, seconds: number): number {
  const of = (table: Readonly<Record<string, number>>): number => table[computeType] ?? 0;
  if (type === 'ARM_LAMBDA_CONTAINER') return Math.ceil(seconds) * of(prices.codeBuildLambdaArmSecond);
  // x86 costs twice the arm price (AWS CodeBuild Pricing).
  if (type === 'LINUX_LAMBDA_CONTAINER') return 2 * Math.ceil(seconds) * of(prices.codeBuildLambdaArmSecond);
  const table = type === 'ARM_CONTAINER' ? prices.codeBuildArmMinute : prices.codeBuildMinute;
  return Math.ceil(seconds / 60) * of(table);
}
