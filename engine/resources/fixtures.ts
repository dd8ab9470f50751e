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
  /** Holds `{port}`, and `{data}` where the server keeps something: a folder of its own that outlives the run, as databases' data do. */
  readonly command: string;
  /** Parameters that tell what is in the server. Whatever of it has not come back with the server is forgotten: they would tell of what is not there. */
  readonly tells: readonly {
    readonly account: string;
    readonly region: string;
    readonly prefix: string;
    /** Whether what a parameter's value tells of is in the server. A question that fails means no. */
    readonly isThere: (value: string, port: number) => Promise<boolean>;
  }[];
}
