/** A secret with the name that a person knows it by: a variable, a secret, a parameter. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
}

/** The secrets that a run knows, for those who learn of one and for those who record a text. */
export interface RunSecrets {
  /** Adds a secret: from now on nothing that is recorded shows it. @param name what a person knows it by, never its value */
  add(name: string, value: string): void;
  /** The secrets so far. */
  all(): readonly NamedSecret[];
  /** A text without the secrets, in whatever form they are in it. */
  clean(text: string): string;
  /** Whether it is the first time in this run that somebody tells of this secret in this form. */
  isNew(name: string, form: string): boolean;
}
