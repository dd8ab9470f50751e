/** What a configuration key takes. */
export interface ConfigurationKey {
  readonly required?: true;
  /** The values that it takes, where they are few. */
  readonly values?: readonly string[];
}

/** What CodePipeline demands of one kind of action, as its action reference has it. */
export interface ActionProvider {
  /** The page's title in the CodePipeline User Guide. */
  readonly reference: string;
  /** Configuration keys; undefined where the page leaves them to the provider. */
  readonly configuration?: Readonly<Record<string, ConfigurationKey>>;
  /** Least and most input and output artifacts. */
  readonly inputs: readonly [number, number];
  readonly outputs: readonly [number, number];
  readonly onlyV2?: true;
  /** What no rehearsal has, so that the action is not rehearsed on any machine. */
  readonly missing?: string;
}

/** Providers by `Category/Owner/Provider`. */
export type ActionProviders = Readonly<Record<string, ActionProvider>>;

/** A key that has to be there. */
export const required: ConfigurationKey = { required: true };
/** A key that may be there. */
export const optional: ConfigurationKey = {};
/** A key that takes one of a few values. */
export const one = (...values: string[]): ConfigurationKey => ({ values });
/** A key that has to be there and takes one of a few values. */
export const requiredOne = (...values: string[]): ConfigurationKey => ({ required: true, values });
/** A flag. */
export const yesNo = one('true', 'false');
/** A flag as source actions write it. */
export const polling = one('true', 'false', 'True', 'False');
/** Whether an action gives a zip or a reference to a clone. */
export const format = one('CODE_ZIP', 'CODEBUILD_CLONE_REF');
