import type { ResourceOfStack, StackLedger } from '../../ports/ledger';
import type { ServiceCall } from './service-call';
import type { SourceKeys } from './source-keys';

/** A call that a service makes for a resource which is deployed, whether an action runs or not. */
export interface StandingCall extends ServiceCall {
  /** AWS makes it while the resource is created or updated, which fails without it. Every other one fails later, where nobody looks: a delivery, a task, a log. */
  readonly atDeployment?: true;
  /** On which resource AWS asks for it cannot be said here: it is denied where no statement allows it on anything. */
  readonly anything?: true;
  /** Another principal as which AWS makes the same call, where the first one may not. */
  readonly orBy?: string;
}

/** What the calls for a resource are made of. */
export interface Standing {
  readonly resource: ResourceOfStack;
  readonly ledger: Pick<StackLedger, 'resources'>;
  /** The role that CloudFormation deploys the resource with. */
  readonly stackRole?: string;
}

/** The calls for resources of one type. */
export type StandingCalls = (standing: Standing) => readonly StandingCall[];

/** That a service takes a role on. @param why what for: `to run the function` @param keys what it says of the resource that it acts for */
export function assumes(
  service: string,
  role: string,
  why: string,
  source: string,
  keys: SourceKeys = {},
): readonly ServiceCall[] {
  if (!role.startsWith('arn:')) return [];
  return [{ by: `${service}.amazonaws.com`, action: 'sts:AssumeRole', resource: role, ...keys, why, source }];
}

/** The same calls, each of which the deployment of the resource waits for. */
export function atDeployment(calls: readonly StandingCall[]): readonly StandingCall[] {
  return calls.map((call) => ({ ...call, atDeployment: true }));
}
