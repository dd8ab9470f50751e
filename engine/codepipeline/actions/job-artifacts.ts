import { randomBytes } from 'node:crypto';
import * as path from 'node:path';
import { SaiondoError } from '../../../model/errors';
import type { PipelineDefinition } from '../../../model/pipeline';
import { artifactStoreOf } from '../definition/artifact-store';
import { ensureVersionedBucket, getObject, hasBucket, putObject } from '../../endpoint/s3-client';
import { unzip, zip } from '../../files/artifact-zip';
import type { ArtifactFolder } from '../../ports/action';
import type { JobArtifact, JobArtifacts } from '../../ports/function-job';
import type { StackLedger } from '../../ports/ledger';
import type { LocalAws } from '../../ports/local-aws';

/** Bytes of an artifact that a job gives (CodePipeline User Guide, "Quotas": 7 GB). */
const MOST_BYTES = 7 * 1024 ** 3;

/** Whose job it is, and what it takes and gives. */
export interface JobPlace {
  readonly pipeline: PipelineDefinition;
  readonly ledger: StackLedger;
  readonly local: LocalAws;
  readonly region: string;
  /** The action's own role; the pipeline's where it has none. */
  readonly roleArn?: string;
  readonly inputs: readonly ArtifactFolder[];
  readonly outputs: readonly ArtifactFolder[];
}

/**
 * Puts a job's input artifacts into the pipeline's artifact store, zipped as CodePipeline has them, and says where its outputs are expected (CodePipeline User
 * Guide, "Invoke an AWS Lambda function in a pipeline", "Example JSON event").
 * @param work an empty folder
 * @returns undefined where the job takes and gives none
 */
export async function offerArtifacts(place: JobPlace, work: string): Promise<JobArtifacts | undefined> {
  const { pipeline, inputs, outputs } = place;
  if (inputs.length + outputs.length === 0) return undefined;
  const { bucket, roleArn } = storeOf(place);
  const named = ({ name }: ArtifactFolder): JobArtifact => ({
    ...{ name, bucket },
    key: [pipeline.name.slice(0, 20), name.slice(0, 10), randomBytes(5).toString('base64url')].join('/'),
  });
  const at = bucketAt(place, bucket);
  // A store that no stack makes is in the account already.
  if (!(await hasBucket(at))) await ensureVersionedBucket(at);
  const offered = inputs.map(named);
  for (const [index, { key }] of offered.entries()) {
    const file = path.join(work, `input-${index}.zip`);
    await zip(inputs[index]?.path ?? '', file);
    await putObject(at, key, file);
  }
  return { inputs: offered, outputs: outputs.map(named), roleArn: place.roleArn ?? roleArn };
}

/**
 * Unpacks what the function put into the artifact store.
 * @throws SaiondoError `OBJECT_MISSING` (the function did not put it there), `ARTIFACT_INVALID`
 */
export async function takeArtifacts(place: JobPlace, artifacts: JobArtifacts, work: string): Promise<void> {
  for (const [index, { name, bucket, key }] of artifacts.outputs.entries()) {
    const file = path.join(work, `output-${index}.zip`);
    await getObject(bucketAt(place, bucket), key, file, MOST_BYTES).catch((error: unknown) => {
      if (!(error instanceof SaiondoError) || error.code !== 'OBJECT_MISSING') throw error;
      throw new SaiondoError(`the function did not put the output artifact ${name} at s3://${bucket}/${key}`, {
        code: error.code,
        next: 'put a zip archive at data.outputArtifacts[].location.s3Location before PutJobSuccessResult',
      });
    });
    await unzip(file, place.outputs[index]?.path ?? '');
  }
}

function bucketAt({ local, pipeline, region }: JobPlace, bucket: string): Parameters<typeof hasBucket>[0] {
  return { endpoint: local, account: pipeline.account, region, bucket };
}

/** @throws SaiondoError where the pipeline has none in the region */
function storeOf({ pipeline, ledger, region }: JobPlace): { bucket: string; roleArn: string } {
  const store = artifactStoreOf(pipeline, region, ledger);
  if (!store?.bucket)
    throw new SaiondoError(`the pipeline ${pipeline.name} has no artifact store in ${region}`, {
      code: 'ConfigurationError',
      next: `add one for ${region} to ArtifactStores`,
    });
  return store;
}
