import * as path from 'node:path';
import { isRecordOf, readState } from '../files/read-state';
import { writeAtomically } from '../files/write-atomically';
import type { RunSecrets } from '../ports/run-secrets';

/**
 * Values of secrets and parameters, kept between runs: the local AWS endpoint keeps nothing. One file, readable by its owner only.
 * Keys are `ACCOUNT/REGION/secret/ID`, `ACCOUNT/REGION/parameter/NAME` and `ACCOUNT/REGION/earlier/NAME`.
 */
export class Values {
  private readonly values: Record<string, string>;
  private readonly file: string;

  /**
   * @param secrets is told of every secret that is kept, now and later
   * @throws SaiondoError `STATE_DAMAGED`
   */
  constructor(
    directory: string,
    private readonly secrets?: Pick<RunSecrets, 'add'>,
  ) {
    this.file = path.join(directory, 'values.json');
    this.values =
      readState({
        file: this.file,
        holds: 'the values of secrets and parameters',
        valid: (content): content is Record<string, string> => isRecordOf<string>(content, 'string'),
        next: 'repair it, or remove it: generated secrets are then made anew, and given ones have to be put in place again',
      }) ?? {};
    for (const [key, value] of this.entries()) this.tell(key, value);
  }

  get(key: string): string | undefined {
    return this.values[key];
  }

  entries(): [string, string][] {
    return Object.entries(this.values);
  }

  set(key: string, value: string): void {
    this.values[key] = value;
    this.tell(key, value);
    this.write();
  }

  /** Drops every value whose key matches. */
  forget(matches: (key: string) => boolean): void {
    for (const key of Object.keys(this.values)) if (matches(key)) delete this.values[key];
    this.write();
  }

  private tell(key: string, value: string): void {
    const name = /^[^/]*\/[^/]*\/secret\/(.*)$/.exec(key)?.[1];
    if (name !== undefined) this.secrets?.add(`the secret ${name}`, value);
  }

  private write(): void {
    writeAtomically(this.file, JSON.stringify(this.values, null, 1));
  }
}

/** The key of a secret. */
export function secretKey(account: string, region: string, id: string): string {
  return `${account}/${region}/secret/${id}`;
}
/** The key of what a parameter was before, the oldest first: a JSON list of texts. */
export function earlierKey(account: string, region: string, name: string): string {
  return `${account}/${region}/earlier/${name}`;
}
/** The key of a parameter. */
export function parameterKey(account: string, region: string, name: string): string {
  return `${account}/${region}/parameter/${name}`;
}
