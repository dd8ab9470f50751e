import type { NamedSecret, RunSecrets } from '../ports/run-secrets';
import { ByteMatcher } from './byte-matcher';
import { masked } from './masked-stream';
import { encodedForms, plainForms, type SecretForm } from './secret-forms';

/** Values that say nothing. To take them out of every event would hide more than a secret. */
const COMMON = /^(true|false|null|none|undefined|yes|no|on|off|\d{1,5})$/i;

/**
 * The secrets that a run knows: those that builds looked up, generated passwords, hidden parameters of templates, and what a person gave. Whatever the
 * run records is cleaned of them in one place, the event log.
 */
export class KnownSecrets implements RunSecrets {
  private readonly secrets = new Map<string, NamedSecret>();
  private matcher: ByteMatcher | undefined;
  private readonly said = new Set<string>();
  /** Names of secrets whose values are too common to be masked, in the order in which the run learned of them. */
  private readonly shown = new Set<string>();
  private tell: ((name: string) => void) | undefined;

  /** Adds a secret. The first name of a value stays. One whose value is too common is not masked, and is told of. */
  add(name: string, value: string): void {
    if (value === '' || this.secrets.has(value)) return;
    if (COMMON.test(value) || plainForms(value).length === 0) {
      if (this.shown.has(name)) return;
      this.shown.add(name);
      this.tell?.(name);
      return;
    }
    this.secrets.set(value, { name, value });
    this.matcher = undefined;
  }

  /** Who is told, by its name, of each secret that is not masked: of those so far, and of those to come. */
  onShown(tell: (name: string) => void): void {
    this.tell = tell;
    for (const name of this.shown) tell(name);
  }

  /** The secrets so far. */
  all(): NamedSecret[] {
    return [...this.secrets.values()];
  }

  /** A text without the secrets, in whatever form they are in it. */
  clean(text: string): string {
    this.matcher ??= new ByteMatcher(
      this.all().flatMap(({ value }) => [...plainForms(value), ...encodedForms(value)].map((one) => one.text)),
    );
    return masked(text, this.matcher);
  }

  /** Whether this is said for the first time in the run: `PW` `as base64`. */
  isNew(name: string, form: string): boolean {
    const key = `${name} ${form}`;
    if (this.said.has(key)) return false;
    this.said.add(key);
    return true;
  }
}

/** A secret that somebody printed in a form that stays readable. */
export interface Exposure {
  readonly name: string;
  readonly form: string;
}

/** A shorter secret that a build did not look up is not told of: it may be a word. */
const SHORTEST_NOTICED = 8;

/** Looks through a stream of bytes for forms of secrets that no mask hides. */
export class ExposureWatch {
  private readonly exposures = new Map<string, Exposure>();
  private readonly forms: readonly (SecretForm & { readonly name: string })[];
  private readonly matcher: ByteMatcher;
  private state = 0;

  /**
   * @param hidden secrets whose values are masked: their other forms are looked for
   * @param others secrets that nothing masks
   */
  constructor(hidden: readonly NamedSecret[], others: readonly NamedSecret[] = []) {
    const known = new Set(hidden.flatMap(({ value }) => plainForms(value).map((one) => one.text.toString('latin1'))));
    this.forms = [
      ...hidden.flatMap(({ name, value }) => encodedForms(value).map((one) => ({ ...one, name }))),
      ...others.flatMap(({ name, value }) =>
        plainForms(value)
          .filter(({ text }) => text.length >= SHORTEST_NOTICED && !known.has(text.toString('latin1')))
          .map(({ text }) => ({ text, form: 'in clear', name })),
      ),
    ];
    this.matcher = new ByteMatcher(this.forms.map((one) => one.text));
  }

  write(chunk: Buffer): void {
    if (this.forms.length === 0) return;
    this.state = this.matcher.read(this.state, chunk, 0, ({ pattern }) => {
      const { name = '', form = '' } = this.forms[pattern] ?? {};
      this.exposures.set(`${name} ${form}`, { name, form });
    });
  }

  /** What was found so far. */
  found(): Exposure[] {
    return [...this.exposures.values()];
  }
}
