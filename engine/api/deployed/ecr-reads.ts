import { z } from 'zod';
import type { ResourceOfStack, StackLedger } from '../../ports/ledger';
import { ApiError } from '../protocol/api-error';
import { page } from '../protocol/paging';
import { operation, sees, type Caller, type Operation } from '../protocol/service';

/** Tags and digests of the images of a repository, as the local registry has them; undefined where no registry runs. */
export type ImageList = (
  repository: string,
) => Promise<readonly { readonly tag: string; readonly digest: string; readonly bytes: number }[]> | undefined;

const PAGE = 100;
/** How long a token of ECR is valid (API Reference, GetAuthorizationToken: 12 hours). */
const TOKEN_MILLISECONDS = 12 * 3_600_000;
const paged = { maxResults: z.number().int().min(1).max(1000).optional(), nextToken: z.string().optional() };

/**
 * ECR's repositories as the stacks have them, and their images as the local registry has them (Amazon ECR API Reference). Repositories that no stack has are
 * left to the endpoint behind.
 */
export function ecrReads(ledger: () => StackLedger, images: ImageList): Record<string, Operation> {
  const repositories = (caller: Caller): ResourceOfStack[] =>
    ledger()
      .resources('AWS::ECR::Repository')
      .filter((one) => sees(caller, one.stack));
  const imagesOf = async (name: string, asked: string) => {
    const found = await images(name);
    if (found) return found;
    throw new ApiError(
      'NotImplementedException',
      `not answered here: ecr:${asked}. No container engine runs on this machine, so the repository ${name} has no images here`,
      501,
    );
  };
  const known = (caller: Caller, name: string): ResourceOfStack | undefined =>
    repositories(caller).find((one) => one.physicalId === name);

  return {
    // The registry of this machine asks for no password; a token that has expired would be asked for again before every pull.
    GetAuthorizationToken: operation(
      z.object({ registryIds: z.array(z.string()).optional() }),
      ({ registryIds }, caller) => {
        const registry = registryIds?.[0] ?? caller.account;
        return {
          authorizationData: [
            {
              authorizationToken: Buffer.from(`AWS:${registry}-auth-token`).toString('base64'),
              expiresAt: new Date(Date.now() + TOKEN_MILLISECONDS),
              proxyEndpoint: `https://${registry}.dkr.ecr.${caller.region}.amazonaws.com`,
            },
          ],
        };
      },
    ),

    DescribeRepositories: operation(
      z.object({ registryId: z.string().optional(), repositoryNames: z.array(z.string()).optional(), ...paged }),
      (input, caller) => {
        const all = repositories(caller);
        const wanted = input.repositoryNames;
        // What the endpoint behind has made, it lists itself, with those that others made.
        if (
          all.every((one) => one.standing === 'real') ||
          wanted?.some((name) => !all.some((one) => one.physicalId === name))
        )
          return undefined;
        const found = all
          .filter((one) => !wanted || wanted.includes(one.physicalId))
          .sort((a, b) => a.physicalId.localeCompare(b.physicalId));
        const cut = page(found, (one) => one.physicalId, {
          size: input.maxResults ?? PAGE,
          token: input.nextToken,
          code: 'InvalidParameterException',
        });
        return { repositories: cut.items.map(repositoryShape), nextToken: cut.nextToken };
      },
    ),

    ListImages: operation(
      z.object({
        registryId: z.string().optional(),
        repositoryName: z.string(),
        filter: z.object({ tagStatus: z.string().optional() }).optional(),
        ...paged,
      }),
      async (input, caller) => {
        if (!known(caller, input.repositoryName)) return undefined;
        const found = await imagesOf(input.repositoryName, 'ListImages');
        return {
          imageIds:
            input.filter?.tagStatus === 'UNTAGGED'
              ? []
              : found.map(({ tag, digest }) => ({ imageTag: tag, imageDigest: digest })),
        };
      },
    ),

    DescribeImages: operation(
      z.object({
        registryId: z.string().optional(),
        repositoryName: z.string(),
        imageIds: z.array(z.unknown()).optional(),
        filter: z.object({ tagStatus: z.string().optional() }).optional(),
        ...paged,
      }),
      async (input, caller) => {
        // Images that are named are looked up one by one, by who answers for the registry.
        const repository = known(caller, input.repositoryName);
        if (input.imageIds?.length || !repository) return undefined;
        const byDigest = new Map<string, { tags: string[]; bytes: number }>();
        for (const { tag, digest, bytes } of await imagesOf(input.repositoryName, 'DescribeImages')) {
          const image = byDigest.get(digest) ?? { tags: [], bytes };
          image.tags.push(tag);
          byDigest.set(digest, image);
        }
        return {
          imageDetails: [...byDigest].map(([imageDigest, { tags, bytes }]) => ({
            registryId: repository.stack.account,
            repositoryName: input.repositoryName,
            imageDigest,
            imageTags: tags,
            imageSizeInBytes: bytes,
          })),
        };
      },
    ),
  };
}

/** Amazon ECR API Reference, Repository. */
function repositoryShape({ physicalId, properties, stack }: ResourceOfStack): object {
  const { ImageTagMutability, ImageScanningConfiguration } = properties as {
    ImageTagMutability?: string;
    ImageScanningConfiguration?: { ScanOnPush?: boolean | string };
  };
  return {
    repositoryArn: `arn:aws:ecr:${stack.region}:${stack.account}:repository/${physicalId}`,
    registryId: stack.account,
    repositoryName: physicalId,
    repositoryUri: `${stack.account}.dkr.ecr.${stack.region}.amazonaws.com/${physicalId}`,
    createdAt: new Date(stack.createdAt ?? stack.updatedAt),
    imageTagMutability: ImageTagMutability ?? 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: String(ImageScanningConfiguration?.ScanOnPush ?? false) === 'true' },
    encryptionConfiguration: { encryptionType: 'AES256' },
  };
}
