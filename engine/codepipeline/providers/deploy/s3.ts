import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../../../model/errors';
import type { ActionContext, ActionResult } from '../../../ports/action';
import { failureOf } from '../../../ports/failure';
import { hasBucket, putObject } from '../../../endpoint/s3-client';
import { optional, required, requiredOneOf, type ActionProvider } from '../../actions/action-provider';
import { accountOf } from '../../../../model/pipeline';
import { zip } from '../../../files/artifact-zip';
import { temporaryFolder } from '../../../host/temporary-folder';

/**
 * S3: the input artifact's files into a bucket of the local AWS endpoint, below `ObjectKey` if there is one; without extraction the artifact's
 * zip under `ObjectKey`.
 */
export const s3Deploy: ActionProvider = {
  kinds: ['Deploy/AWS/S3'],
  reference: 'Amazon S3 deploy action reference',
  configuration: {
    BucketName: required,
    Extract: requiredOneOf('true', 'false'),
    ObjectKey: optional,
    KMSEncryptionKeyARN: optional,
    CannedACL: optional,
    CacheControl: optional,
  },
  inputs: [1, 1],
  outputs: [0, 0],
  takesSingleFile: ({ configuration }) => configuration.Extract === 'false',
  check: ({ configuration }, add) => {
    if (configuration.Extract === 'false' && !configuration.ObjectKey)
      add('.Configuration', 'ObjectKey is required where Extract is false');
  },
  run: async (context) => {
    try {
      return await deploy(context);
    } catch (error) {
      return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    }
  },
};

async function deploy({ action, inputs, local, pipeline, signal }: ActionContext): Promise<ActionResult> {
  const { BucketName: bucket = '', Extract: extract, ObjectKey: key, ...settings } = action.configuration;
  const [input] = inputs;
  if (!input) throw new SaiondoError(`${action.name} has no input artifact`, { code: 'ARTIFACT_MISSING' });
  const account = accountOf(action, pipeline);
  const at = { endpoint: local, account, region: action.region, bucket };
  if (!(await hasBucket(at)))
    throw new SaiondoError(`there is no bucket ${bucket}`, {
      code: 'ConfigurationError',
      next: 'a stack of an earlier stage has to make it',
    });
  const headers = {
    ...(settings.CacheControl ? { 'cache-control': settings.CacheControl } : {}),
    ...(settings.CannedACL ? { 'x-amz-acl': settings.CannedACL } : {}),
    ...(settings.KMSEncryptionKeyARN
      ? {
          'x-amz-server-side-encryption': 'aws:kms',
          'x-amz-server-side-encryption-aws-kms-key-id': settings.KMSEncryptionKeyARN,
        }
      : {}),
  };
  const started = performance.now();
  const files = extract === 'true' ? filesOf(input.path) : undefined;
  if (files) {
    for (const file of files) {
      if (signal.aborted) return { status: 'Abandoned', summary: 'the upload was stopped' };
      await putObject(at, key ? path.posix.join(key, file) : file, path.join(input.path, file), headers);
    }
  } else {
    const work = temporaryFolder('s3');
    try {
      await zip(input.path, path.join(work, 'artifact.zip'));
      await putObject(at, key ?? '', path.join(work, 'artifact.zip'), headers);
    } finally {
      fs.rmSync(work, { recursive: true, force: true });
    }
  }
  return {
    status: 'Succeeded',
    summary: files ? `${files.length} files to s3://${bucket}/${key ?? ''}` : `s3://${bucket}/${key ?? ''}`,
    commandSeconds: (performance.now() - started) / 1000,
  };
}

/** Every file of an artifact with slashes. A link goes up as the file that it leads to, if that is inside the artifact. */
function filesOf(folder: string): string[] {
  const root = fs.realpathSync(folder);
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => {
      if (!fs.existsSync(file) || !fs.statSync(file).isFile()) return false;
      return fs.realpathSync(file).startsWith(root + path.sep);
    })
    .map((file) => path.relative(folder, file).split(path.sep).join('/'))
    .sort();
}
