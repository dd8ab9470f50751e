import { type Configuration } from '../../config/load';
import { Layout } from '../../model/layout';
import { type Connection } from '../../operator/aws';
import type { Checkout } from '../../operator/commit-log';

/** The options that say which pipeline, and where. */
export interface TargetOptions {
  pipeline?: string;
  profile?: string;
  region?: string;
  endpointUrl?: string;
  aws?: boolean;
  rehearsal?: boolean;
  directory: string;
}

/** A pipeline, and how it is reached. */
export interface Target {
  readonly pipeline: string;
  readonly home: { readonly region: string; readonly account: string };
  readonly connection: Connection;
  /** The rehearsal that is asked; absent for AWS. */
  readonly rehearsal?: {
    readonly layout: Layout;
    /** The address that opens its page, once, or the endpoint's where it has none. Absent where no engine runs: these are runs on disk. */
    readonly page?: () => Promise<string>;
  };
  readonly configuration?: Configuration;
  /** Folders that may be checkouts of the repositories. */
  readonly checkouts: readonly Checkout[];
  /** For people: `the rehearsal at http://127.0.0.1:1234`. */
  readonly name: string;
  /** Nobody named it, it was found: it is said in a pipe too. */
  readonly found?: boolean;
  /** To be called when the command is done. */
  readonly close?: () => Promise<void>;
}
