/** A job of CodePipeline for a Lambda function, without artifacts. */
export interface FunctionJob {
  readonly account: string;
  readonly region: string;
  /** The function's name or ARN. */
  readonly name: string;
  /** The action's configuration: FunctionName and UserParameters. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** How a job ended: done, failed in the function's words, or not run on this machine. */
export type FunctionJobEnd =
  | { readonly outputVariables: Readonly<Record<string, string>> }
  | { readonly failure: string }
  | { readonly notRehearsed: string };
