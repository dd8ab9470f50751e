import type { DescribeImagesCommandInput, DescribeImagesCommandOutput } from '@aws-sdk/client-ecr';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of Amazon ECR that the operator calls, by their API names. */
export function ecrCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-ecr'),
    (sdk) => new sdk.ECRClient(settings),
  );
  return {
    describeImages: (input: DescribeImagesCommandInput): Promise<DescribeImagesCommandOutput> =>
      call((sdk, client) => client.send(new sdk.DescribeImagesCommand(input))),
  };
}
