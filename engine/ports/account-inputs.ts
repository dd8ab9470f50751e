/** What an app needs of its account, as a person gives it for a rehearsal. */
export interface AccountInputs {
  /** Values of stack parameters: `NAME` for every stack that has it, `STACK:NAME` for one (as `cdk deploy --parameters`). */
  readonly parameters: Readonly<Record<string, string>>;
  /** Values of Systems Manager's Parameter Store, by name. */
  readonly parameterStore: Readonly<Record<string, string>>;
  /** Values of Secrets Manager, by name or ARN. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Account and region of stacks that the app leaves open. */
  readonly account?: string;
  readonly region?: string;
}

/** Nothing is given. */
export const NO_INPUTS: AccountInputs = { parameters: {}, parameterStore: {}, secrets: {} };

/** The name of a secret that is named by its ARN, whole or without its last six characters, or by its name. */
export function secretName(id: string): string {
  return /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)$/.exec(id)?.[1]?.replace(/-[A-Za-z0-9]{6}$/, '') ?? id;
}
