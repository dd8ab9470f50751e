import { SaiondoError } from '../../model/errors';
import { callJson } from './aws-client';
import { BOOTSTRAP_VERSION } from '../iam/bootstrap/bootstrap-version';
import type { AwsRequest } from '../ports/aws-request';
import type { DeployedStack } from '../ports/ledger';
import type { Upstream } from '../gateway/upstream';
import { ensureBucket, putParameter } from './value-provisioners';

/**
 * What `cdk bootstrap` leaves in an account, as far as a deployment asks for it: the version, the bucket for files and the repository for images (aws-cdk's
 * bootstrap template), made when asked for.
 */
export class Bootstraps {
  private readonly made = new Map<string, Promise<void>>();

  /** @param endpoint the local AWS endpoint */
  constructor(private readonly endpoint: () => Upstream) {}

  /** @param qualifier aws-cdk-lib's default where none is given (DefaultStackSynthesizer) */
  ensure(account: string, region: string, qualifier = 'hnb659fds'): Promise<void> {
    const key = `${account}/${region}/${qualifier}`;
    // The promise is kept, not a mark: who asks while the first one is at it has to wait for it.
    const done = this.made.get(key) ?? this.make(account, region, qualifier);
    this.made.set(key, done);
    return done;
  }

  /** A request for a bootstrap's parameter or bucket finds it, whatever qualifier the app has. */
  async ensureFor({
    service,
    account,
    region,
    url,
    body = Buffer.alloc(0),
  }: Pick<AwsRequest, 'service' | 'account' | 'region' | 'url'> & Partial<Pick<AwsRequest, 'body'>>): Promise<void> {
    const bucket = service === 's3' ? /^\/cdk-([a-z0-9]{1,10})-assets-(\d{12})-([a-z0-9-]+)/.exec(url) : null;
    const repository = service === 'ecr' ? REPOSITORY.exec(body.toString('utf8')) : null;
    if (bucket) await this.ensure(bucket[2] ?? account, bucket[3] ?? region, bucket[1]);
    else if (repository) await this.ensure(repository[2] ?? account, repository[3] ?? region, repository[1]);
    else if (service !== 'ecr')
      await this.ensure(account, region, service === 'ssm' ? qualifierIn(body.toString('utf8')) : undefined);
  }

  private async make(account: string, region: string, qualifier: string): Promise<void> {
    await putParameter(this.endpoint(), account, region, `/cdk-bootstrap/${qualifier}/version`, BOOTSTRAP_VERSION);
    await ensureBucket(this.endpoint(), account, region, `cdk-${qualifier}-assets-${account}-${region}`);
    await ensureRepository(this.endpoint(), account, region, `cdk-${qualifier}-container-assets-${account}-${region}`);
  }
}

/** The stack that `cdk bootstrap` leaves, as far as the CDK's command line reads it; undefined for another name (aws-cdk, bootstrap-template.yaml). */
export function toolkitStack(at: Pick<DeployedStack, 'account' | 'region' | 'stackName'>): DeployedStack | undefined {
  const { account, region, stackName } = at;
  if (stackName !== 'CDKToolkit') return undefined;
  const bucket = `cdk-hnb659fds-assets-${account}-${region}`;
  const outputs = {
    BucketName: bucket,
    BucketDomainName: `${bucket}.s3.${region}.amazonaws.com`,
    BootstrapVersion: BOOTSTRAP_VERSION,
    ImageRepositoryName: `cdk-hnb659fds-container-assets-${account}-${region}`,
  };
  return {
    ...{ account, region, stackName },
    stackId: `arn:aws:cloudformation:${region}:${account}:stack/CDKToolkit/00000000-0000-4000-8000-000000000000`,
    status: 'CREATE_COMPLETE',
    template: {},
    parameters: { Qualifier: 'hnb659fds', BootstrapVariant: 'AWS CDK: Default Resources' },
    tags: {},
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { value }])),
    resources: {},
    updatedAt: '2026-01-01T00:00:00.000Z',
  };
}

const REPOSITORY = /cdk-([a-z0-9]{1,10})-container-assets-(\d{12})-([a-z0-9-]{1,32})/;

/** Makes a repository of images in the local endpoint; one that is there is left as it is. */
export async function ensureRepository(
  endpoint: Upstream,
  account: string,
  region: string,
  name: string,
): Promise<void> {
  const target = 'AmazonEC2ContainerRegistry_V20150921.CreateRepository';
  await callJson(endpoint, account, region, 'ecr', target, { repositoryName: name }).catch((error: unknown) => {
    if (!(error instanceof SaiondoError) || error.code !== 'RepositoryAlreadyExistsException') throw error;
  });
}

/** The bootstrap qualifier that a text names, if it names a bootstrap's version (aws-cdk-lib, DefaultStackSynthesizer). */
export function qualifierIn(text: string): string | undefined {
  return /\/cdk-bootstrap\/([a-z0-9]{1,10})\/version/.exec(text)?.[1];
}
