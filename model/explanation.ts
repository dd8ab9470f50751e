/** Who gives what the pipeline itself has: the namespaces `variables` and `codepipeline`. */
export const NO_ACTION = 'no action';

/** What an action is and what it would do, as far as it is known before a run. */
export interface ActionExplanation {
  /** `Stage/Action`. */
  readonly action: string;
  /** `Category/Owner/Provider`. */
  readonly kind: string;
  readonly runOrder: number;
  readonly account: string;
  readonly region: string;
  readonly roleArn?: string;
  readonly timeoutInMinutes?: number;
  /** What it takes (an artifact, a namespace, a change set), and the action that gives it. */
  readonly takes: readonly { readonly what: string; readonly from: string }[];
  /** What it gives, and the actions that take it. */
  readonly gives: readonly { readonly what: string; readonly takenBy: readonly string[] }[];
  /** Its configuration, with `#{namespace.key}` as it stands in the pipeline. */
  readonly configuration: Readonly<Record<string, string>>;
  readonly commands?: readonly string[];
  /** Why this machine would not rehearse it. */
  readonly notRehearsed?: string;
  readonly build?: BuildExplanation;
  readonly known?: KnownExplanation;
}

/** What a build is known by that is not done again for the same content. */
export interface KnownExplanation {
  /** The last run in which it passed, or was taken as passed; undefined: there is none here. */
  readonly last?: {
    readonly run: string;
    /** ISO 8601. */
    readonly at: string;
    /** The first digits of its fingerprint. */
    readonly fingerprint: string;
    /** What the fingerprint consists of: `recipe` (specification, image, variables as synth wrote them), `variables`, `image`, `packages`, `runtimes`, and files. */
    readonly parts: readonly string[];
    /** The parts that were others in the run before that one; undefined: there is none. */
    readonly changed?: readonly string[];
  };
  /** Why it would be done again now; none: its result would be brought back, as long as image, packages, runtimes and values of the build are what they were. */
  readonly again: readonly string[];
}

/** What a build of an action would be: the project, its commands and its variables, each with its place. Nothing is looked up or started. */
export interface BuildExplanation {
  readonly project: string;
  readonly image: string;
  readonly environmentType: string;
  readonly privileged: boolean;
  readonly timeoutMinutes: number;
  readonly queuedTimeoutMinutes: number;
  readonly cache: string;
  /** The buildspec's file; where the source holds it, only its name is known before a run. */
  readonly buildspec: string;
  /** False where the buildspec lies in the source: its commands, variables and reports are known when the build starts. */
  readonly buildspecKnown: boolean;
  readonly commands: readonly { readonly phase: string; readonly text: string; readonly where: string }[];
  readonly variables: readonly ExplainedVariable[];
  readonly exportedVariables: readonly string[];
  readonly reports: readonly string[];
}

/** A variable of a build: its value as text, or the name of the parameter or secret that holds it. */
export interface ExplainedVariable {
  readonly name: string;
  readonly value: string;
  readonly type: 'PLAINTEXT' | 'PARAMETER_STORE' | 'SECRETS_MANAGER';
  readonly where: string;
}
