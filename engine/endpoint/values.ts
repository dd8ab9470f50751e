import * as fs from 'node:fs';
import * as path from 'node:path';
import type { RunSecrets } from '../ports/run-secrets';

/**
 * Values of secrets and parameters, kept between runs: the local AWS endpoint keeps nothing. One file, readable by its owner only.
 * Keys are `ACCOUNT/REGION/secret/ID` and `ACCOUNT/REGION/parameter/NAME`.
 */
export class Values {
  private readonly values: Record<string, string>;
  private readonly file: string;

  /** @param secrets is told of every secret that is kept, now and later */
  constructor(
    directory: string,
    private readonly secrets?: Pick<RunSecrets, 'add'>,
  ) {
    this.file = path.join(directory, 'values.json');
    this.values = fs.existsSync(this.file)
      ? (JSON.parse(fs.readFileSync(this.file, 'utf8')) as Record<string, string>)
      : {};
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
    fs.writeFileSync(`${this.file}.new`, JSON.stringify(this.values, null, 1), { mode: 0o600 });
    fs.renameSync(`${this.file}.new`, this.file);
  }
}

/** The key of a secret. */
export function secretKey(account: string, region: string, id: string): string {
  return `${account}/${region}/secret/${id}`;
}
/** The key of a parameter. */
export function parameterKey(account: string, region: string, name: string): string {
  return `${account}/${region}/parameter/${name}`;
}
