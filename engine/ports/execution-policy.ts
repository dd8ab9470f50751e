/** A managed policy that CloudFormation's execution role has in each bootstrapped account (`cdk bootstrap --cloudformation-execution-policies`). */
export interface ExecutionPolicy {
  /** Its name in IAM. */
  readonly name: string;
  readonly document: Readonly<Record<string, unknown>>;
}
