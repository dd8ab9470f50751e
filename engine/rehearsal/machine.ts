import type { FileAsset } from '../assembly/file-assets';
import type { Provisioners } from '../ports/provisioner';
import type { CloudFormation } from '../cloudformation/cloudformation';
import type { ContainerEngine } from '../host/container-engine';
import type { LocalAws } from '../ports/local-aws';

/** A machine that stands in for AWS while a session is open. {@link LocalMachine} is the one that people use. */
export interface Machine extends LocalAws {
  readonly cloudFormation: CloudFormation;
  readonly provisioners: Provisioners;
  readonly engine?: ContainerEngine;
  /** Why services are not run in containers here. */
  readonly containersMissing?: string;
  /** Puts a file asset of an assembly into its bucket. */
  readonly publish?: (asset: FileAsset) => Promise<void>;
  /** Stops everything that it started; data stays. */
  close(): Promise<void>;
}
