/** Something in a pipeline's definition that CodePipeline refuses when the pipeline is created or updated. */
export interface DefinitionProblem {
  /** From the pipeline resource's properties on, with the template's own keys: `Stages.1.Actions.0.Configuration.ProjectName`. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
  /** Not known to be refused: newer than this package's references, passed over and told. */
  readonly limit?: true;
}
