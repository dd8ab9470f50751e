import { secretName, type AccountInputs } from '../ports/account-inputs';
import type { RunSecrets } from '../ports/run-secrets';
import type { Upstream } from '../gateway/upstream';
import { putParameter, putSecret } from './value-provisioners';

/** The parameters and secrets that a person gives: in every account and region that is asked for one they are there, as if people had made them. */
export class GivenValues {
  private readonly made = new Map<string, Promise<void>>();

  /** @param endpoint the local AWS endpoint */
  constructor(
    private readonly endpoint: () => Upstream,
    private readonly inputs: Pick<AccountInputs, 'parameterStore' | 'secrets'>,
    secrets: Pick<RunSecrets, 'add'>,
  ) {
    for (const [name, value] of Object.entries(inputs.secrets)) secrets.add(`the secret ${secretName(name)}`, value);
  }

  /** Puts them in place, the first time that an account and region is asked. */
  ensure(account: string, region: string): Promise<void> {
    const key = `${account}/${region}`;
    const done = this.made.get(key) ?? this.make(account, region);
    this.made.set(key, done);
    return done;
  }

  private async make(account: string, region: string): Promise<void> {
    for (const [name, value] of Object.entries(this.inputs.parameterStore))
      await putParameter(this.endpoint(), account, region, name, value);
    for (const [id, value] of Object.entries(this.inputs.secrets))
      await putSecret(this.endpoint(), account, region, secretName(id), value);
  }
}
