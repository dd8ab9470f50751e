import { SaiondoError } from '../../model/errors';
import type { Upstream } from '../gateway/upstream';
import type { RunSecrets } from '../ports/run-secrets';
import { callJson } from './aws-client';
import { qualifierIn, type Bootstraps } from './bootstraps';
import type { GivenValues } from './given-values';
import { secretValue, type ReadSecret } from './secret-reference';

/** What secrets and parameters are read with. */
export interface StoredValuesOptions {
  readonly upstream: () => Upstream;
  readonly bootstraps: Bootstraps;
  readonly given: GivenValues;
  /** The secrets of the run: what is read as one is added. */
  readonly secrets: RunSecrets;
}

/** Secrets and parameters as the endpoint has them: what a person gives and what a bootstrap brings is there before the first is read. */
export class StoredValues {
  constructor(private readonly options: StoredValuesOptions) {}

  /** The value that a reference of a variable or a task names. @throws SaiondoError `SECRET_REFERENCE_INVALID`, `SECRET_MISSING` */
  async secret(account: string, region: string, reference: string): Promise<string> {
    const { given, secrets } = this.options;
    await given.ensure(account, region);
    const value = await secretValue(reference, account, region, this.version);
    secrets.add(`the secret ${reference}`, value);
    return value;
  }

  /** @throws SaiondoError `PARAMETER_MISSING` */
  async parameter(account: string, region: string, name: string): Promise<string> {
    const { upstream, bootstraps, given } = this.options;
    await bootstraps.ensure(account, region, qualifierIn(name));
    await given.ensure(account, region);
    try {
      const answer = await callJson<{ Parameter: { Value: string } }>(
        upstream(),
        account,
        region,
        'ssm',
        'AmazonSSM.GetParameter',
        { Name: name, WithDecryption: true },
      );
      return answer.Parameter.Value;
    } catch (cause) {
      throw new SaiondoError(`the parameter ${name} of account ${account} does not exist`, {
        code: 'PARAMETER_MISSING',
        next: `put it in place: saiondo rehearse --parameter-store ${name}=…; on AWS: aws ssm put-parameter --region ${region} --name ${name} --type String --value …`,
        cause,
      });
    }
  }

  private readonly version: ReadSecret = async (SecretId, { account, region, versionStage, versionId }) => {
    try {
      const answer = await callJson<{ SecretString?: string }>(
        this.options.upstream(),
        account,
        region,
        'secretsmanager',
        'secretsmanager.GetSecretValue',
        {
          SecretId,
          ...(versionStage ? { VersionStage: versionStage } : {}),
          ...(versionId ? { VersionId: versionId } : {}),
        },
      );
      return answer.SecretString ?? '';
    } catch (error) {
      if (error instanceof SaiondoError && error.code === 'ResourceNotFoundException') return undefined;
      throw error;
    }
  };
}
