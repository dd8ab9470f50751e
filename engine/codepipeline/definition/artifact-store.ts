import type { StackLedger } from '../../ports/ledger';

/** What a deployed pipeline says of the place of its artifacts in a region (CloudFormation, AWS::CodePipeline::Pipeline: ArtifactStore or ArtifactStores). */
export interface StoreOfArtifacts {
  /** The pipeline's service role. */
  readonly roleArn: string;
  /** '' where the pipeline names none for the region. */
  readonly bucket: string;
  /** The id, ARN or alias of the key; '' where it is the account's own of S3. */
  readonly keyId: string;
}

interface Store {
  readonly Location?: string;
  readonly EncryptionKey?: { readonly Id?: string };
}

interface Properties {
  readonly RoleArn?: string;
  readonly ArtifactStore?: Store;
  readonly ArtifactStores?: readonly { readonly Region?: string; readonly ArtifactStore?: Store }[];
}

/** @returns undefined where no stack has the pipeline */
export function artifactStoreOf(
  pipeline: { readonly name: string; readonly account: string; readonly region: string },
  region: string,
  ledger: Pick<StackLedger, 'resources'>,
): StoreOfArtifacts | undefined {
  const properties = ledger
    .resources('AWS::CodePipeline::Pipeline', pipeline.account, pipeline.region)
    .find(({ physicalId }) => physicalId === pipeline.name)?.properties as Properties | undefined;
  if (!properties) return undefined;
  const regional = properties.ArtifactStores?.find((one) => one.Region === region);
  const store = regional?.ArtifactStore ?? properties.ArtifactStore;
  return {
    roleArn: String(properties.RoleArn ?? ''),
    bucket: String(store?.Location ?? ''),
    keyId: String(store?.EncryptionKey?.Id ?? ''),
  };
}
