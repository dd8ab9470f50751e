import type {
  DescribeSecretCommandInput,
  DescribeSecretCommandOutput,
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of Secrets Manager that the operator calls, by their API names. */
export function secretsManagerCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-secrets-manager'),
    (sdk) => new sdk.SecretsManagerClient(settings),
  );
  return {
    describeSecret: (input: DescribeSecretCommandInput): Promise<DescribeSecretCommandOutput> =>
      call((sdk, client) => client.send(new sdk.DescribeSecretCommand(input))),
    getSecretValue: (input: GetSecretValueCommandInput): Promise<GetSecretValueCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetSecretValueCommand(input))),
  };
}
