/** What stands in, in a rehearsal, for what is outside the pipeline's AWS accounts: given by the command, unknown to the engine. */
export interface Fixtures {
  readonly processes: readonly FixtureProcess[];
  /** Values may hold `{NAME.port}` of a process. */
  readonly parameters: readonly {
    readonly account: string;
    readonly region: string;
    readonly name: string;
    readonly value: string;
  }[];
  readonly secrets: readonly {
    readonly account: string;
    readonly region: string;
    readonly name: string;
    readonly value: string;
  }[];
}

/** A server that the run starts and stops. */
export interface FixtureProcess {
  readonly name: string;
  readonly directory: string;
  /** Run once where `node_modules` or its like is missing: given with the file that shows that it is done. */
  readonly install?: { readonly command: string; readonly done: string };
  /** Holds `{port}`. */
  readonly command: string;
  /** Parameters that tell what was in the server's memory: forgotten when it starts anew. */
  readonly forgets: readonly { readonly account: string; readonly region: string; readonly prefix: string }[];
}
