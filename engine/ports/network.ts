import type { SandboxNetwork } from './isolation';

/** What keeps builds from AWS: a network `namespace` of Linux without a way out, or a `proxy` that well-behaved tools keep to. */
export type NetworkKind = 'namespace' | 'proxy';

/** A connection that was not made, as a person is told of it. */
export interface NetworkRefusal {
  /** CodeBuild's id of the build whose process asked; undefined where its process was gone already, or belongs to no build. */
  readonly buildId?: string;
  /** What asked: a User-Agent (`aws-sdk-js/2.1693`) or a command (`node cdk-assets`). */
  readonly tool: string;
  /** `sts.us-west-2.amazonaws.com`, with its port where that is not 443. */
  readonly host: string;
  readonly why: string;
}

/** The network that the foreign processes of a run live in. */
export interface RunNetwork extends SandboxNetwork {
  readonly kind: NetworkKind;
  /** What is not kept, and how to get it, in one line. Undefined: all of it is. */
  readonly limit?: string;
  /** Lets builds reach a loopback port of this machine at the same `127.0.0.1:PORT`. Nothing else of the loopback interface is reached. */
  expose(port: number): Promise<void>;
  /** Ends what {@link expose} began. */
  conceal(port: number): Promise<void>;
  /** Calls back for each refusal. @returns ends it */
  onRefusal(listener: (refusal: NetworkRefusal) => void): () => void;
  close(): Promise<void>;
}

/** The sentence of a refusal, as log and event have it. */
export function sayRefusal({ tool, host, why }: NetworkRefusal): string {
  return `${tool} asked ${host}: ${why}`;
}
