import * as fs from 'node:fs';
import { partitionOf } from '../cloudformation/template/intrinsics';
import type { AssemblyStack } from './assembly';
import { ownPath } from './own-paths';

/** A file of an assembly, and the object that it becomes (`cloud-assembly-schema`, `FileAsset`). */
export interface FileAsset {
  /** Of a file, or of the folder that is zipped; absolute. */
  readonly path: string;
  readonly zip: boolean;
  readonly account: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
}

interface AssetManifest {
  readonly files?: Readonly<
    Record<
      string,
      {
        readonly source: {
          readonly path?: string;
          readonly packaging?: string;
          readonly executable?: readonly string[];
        };
        readonly destinations: Readonly<
          Record<string, { readonly bucketName: string; readonly objectKey: string; readonly region?: string }>
        >;
      }
    >
  >;
}

/**
 * The file assets of a stack. The manifest's schema version does not matter: what is read here has been the same since version 2.
 * @throws SaiondoError `ASSEMBLY_INVALID` where an asset is missing or leads out of the assembly
 */
export function fileAssetsOf(stack: AssemblyStack): FileAsset[] {
  const { assetManifest, account, region } = stack;
  if (assetManifest === undefined) return [];
  const { partition } = partitionOf(region);
  const filled = (text: string): string =>
    text
      .replaceAll('${AWS::AccountId}', account)
      .replaceAll('${AWS::Region}', region)
      .replaceAll('${AWS::Partition}', partition);
  const { files = {} } = JSON.parse(fs.readFileSync(assetManifest, 'utf8')) as AssetManifest;
  return Object.values(files).flatMap(({ source, destinations }) => {
    // A command that makes the asset is the app's own; `cdk deploy` runs it, a rehearsal of the pipeline's first deployment does not.
    if (source.path === undefined) return [];
    const file = ownPath(assetManifest, source.path, source.packaging === 'zip' ? 'folder' : 'file');
    return Object.values(destinations).map((one) => ({
      path: file,
      zip: source.packaging === 'zip',
      account,
      region: one.region ? filled(one.region) : region,
      bucket: filled(one.bucketName),
      key: filled(one.objectKey),
    }));
  });
}
