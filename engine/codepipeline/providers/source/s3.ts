import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../../../model/errors';
import { actionPath } from '../../../../model/pipeline';
import type { ActionContext, ActionResult } from '../../../ports/action';
import { failureOf } from '../../../ports/failure';
import {
  ensureVersionedBucket,
  getObject,
  putObject,
  type BucketAddress,
  type ObjectVersion,
} from '../../../endpoint/s3-client';
import { isZip, unzip, zip } from '../../../files/artifact-zip';
import { polling, required, yesNo, type ActionProvider, type ActionServices } from '../../actions/action-provider';
import { takeSource } from '../../sources/sources';
import type { SourceRepository } from '../../../ports/sources';
import { temporaryFolder } from '../../../host/temporary-folder';

/** Bytes of an object that an S3 source takes (CodePipeline User Guide, "Quotas": 7 GB). */
const MOST_BYTES = 7 * 1024 ** 3;

/**
 * S3: takes an object of the local AWS endpoint. `--source BUCKET/KEY=PATH` puts it there first: a file as it is, a folder zipped as git has it.
 */
export const s3Source: ActionProvider = {
  kinds: ['Source/AWS/S3'],
  reference: 'Amazon S3 source action reference',
  configuration: {
    S3Bucket: required,
    S3ObjectKey: required,
    AllowOverrideForS3ObjectKey: yesNo,
    PollForSourceChanges: polling,
  },
  inputs: [0, 0],
  outputs: [1, 1],
  sourceName: ({ configuration: { S3Bucket: bucket = '', S3ObjectKey: key = '' } }) => `${bucket}/${key}`,
  run: async (context, services) => {
    const work = temporaryFolder('s3');
    try {
      return await take(context, services, work);
    } catch (error) {
      return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    } finally {
      fs.rmSync(work, { recursive: true, force: true });
    }
  },
};

async function take(context: ActionContext, services: ActionServices, work: string): Promise<ActionResult> {
  const { action, outputs, executionId, emit, local, pipeline, revisionValue } = context;
  const { S3Bucket: bucket = '', S3ObjectKey: key = '' } = action.configuration;
  const [output] = outputs;
  if (!output) throw new SaiondoError(`${action.name} has no output artifact`, { code: 'PIPELINE_INVALID' });
  refuseUnversioned(context, bucket);
  const at = { endpoint: local, account: pipeline.account, region: action.region, bucket };
  const given = services.sources.get(`${bucket}/${key}`);
  if (given && !revisionValue) await put(at, key, given, work);
  const file = path.join(work, 'object');
  const version = await getObject(at, key, file, MOST_BYTES, revisionValue).catch((error: unknown) => {
    if (!(error instanceof SaiondoError) || error.code !== 'OBJECT_MISSING') throw error;
    throw new SaiondoError(error.message, {
      code: error.code,
      next: `--source ${bucket}/${key}=PATH puts a file or a folder of this machine there`,
    });
  });
  if (isZip(file)) await unzip(file, output.path);
  else keepUnzipped(context, services, file, path.join(output.path, path.posix.basename(key)));
  const commitId = version.versionId ?? version.eTag;
  emit({
    kind: 'execution.revisions',
    executionId,
    revisions: [{ actionName: action.name, repository: `${bucket}/${key}`, branch: '', commitId }],
  });
  return {
    status: 'Succeeded',
    outputVariables: variables(bucket, key, version),
    externalExecutionId: commitId,
    summary: `s3://${bucket}/${key}`,
  };
}

function variables(bucket: string, key: string, version: ObjectVersion): Record<string, string> {
  return { BucketName: bucket, ETag: version.eTag, ObjectKey: key, VersionId: version.versionId ?? 'null' };
}

/** A bucket that a deployed stack makes without versions cannot be a source. */
function refuseUnversioned({ ledger, pipeline, action }: ActionContext, bucket: string): void {
  const found = ledger
    .resources('AWS::S3::Bucket', pipeline.account, action.region)
    .find((one) => one.physicalId === bucket);
  const versioning = found?.properties.VersioningConfiguration as { Status?: string } | undefined;
  if (found && versioning?.Status !== 'Enabled')
    throw new SaiondoError(`the bucket ${bucket} of an S3 source keeps no versions`, {
      code: 'ConfigurationError',
      where: { file: `stack ${found.stack.stackName}`, path: `Resources.${found.logicalId}.Properties` },
      next: 'set VersioningConfiguration.Status to Enabled',
    });
}

async function put(at: BucketAddress, key: string, source: SourceRepository, work: string): Promise<void> {
  const from = path.resolve(source.path);
  if (!fs.existsSync(from))
    throw new SaiondoError(`${from} does not exist`, {
      code: 'SOURCE_UNKNOWN',
      next: `--source ${at.bucket}/${key}=PATH names a file or a folder`,
    });
  await ensureVersionedBucket(at);
  if (fs.statSync(from).isFile()) {
    await putObject(at, key, from);
    return;
  }
  const folder = path.join(work, 'folder');
  await takeSource(source, folder);
  await zip(folder, path.join(work, 'folder.zip'));
  await putObject(at, key, path.join(work, 'folder.zip'));
}

/**
 * An object that is not a zip is passed on as it is ("You can also upload a single unzipped file; however, downstream actions that expect a
 * .zip file will fail"). Only a Deploy to S3 that does not extract takes it; for any other consumer the failure is told here.
 */
function keepUnzipped(
  { action, pipeline }: ActionContext,
  { providerOf }: ActionServices,
  file: string,
  to: string,
): void {
  const names = new Set(action.outputArtifacts.map((output) => output.name));
  for (const stage of pipeline.stages) {
    for (const consumer of stage.actions) {
      if (!consumer.inputArtifacts.some((name) => names.has(name))) continue;
      if (!providerOf(consumer)?.takesSingleFile?.(consumer))
        throw new SaiondoError(
          `s3://${action.configuration.S3Bucket ?? ''}/${action.configuration.S3ObjectKey ?? ''} is not a zip archive, and ${actionPath(stage.name, consumer.name)} takes it as one`,
          { code: 'ARTIFACT_INVALID', next: 'zip the files and put the archive there' },
        );
    }
  }
  fs.renameSync(file, to);
}
