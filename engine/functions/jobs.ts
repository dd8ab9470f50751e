import { randomUUID } from 'node:crypto';
import { ApiError } from '../api/protocol/api-error';
import { decodeInput, encodeError, encodeOutput } from '../api/protocol/wire';
import type { AwsHandler } from '../ports/aws-request';
import type { FunctionJob, FunctionJobEnd, JobArtifact } from '../ports/function-job';
import type { Actor } from '../ports/local-aws';
import type { DeployedFunctions, FunctionHost } from './deployed-functions';

/** What a function said of its job (CodePipeline API Reference, PutJobSuccessResult and PutJobFailureResult). */
interface JobResult {
  readonly continuationToken?: string;
  readonly outputVariables?: Readonly<Record<string, string>>;
  readonly failureDetails?: { readonly message?: string };
}

/** Calls of a function that continues with its job by a token: AWS bounds them by the action's time. */
const MOST_CALLS = 20;
const OPERATION = /^CodePipeline_20150709\.PutJob(Success|Failure)Result$/;

/** Makes and ends an actor's credentials. */
export type JobCredentials = Pick<FunctionHost, 'environment' | 'end'>;

/** The jobs of Lambda actions: a function is called with its job and tells CodePipeline what became of it (CodePipeline User Guide, "Invoke a Lambda function"). */
export class FunctionJobs {
  /** By the job's id; undefined while nobody has told. */
  private readonly open = new Map<string, JobResult | undefined>();

  constructor(
    private readonly functions: DeployedFunctions,
    private readonly credentials: JobCredentials,
  ) {}

  /** Runs a job to its end. @returns undefined where no stack has the function */
  async run(job: FunctionJob): Promise<FunctionJobEnd | undefined> {
    const { account, region, name, configuration, artifacts, signal } = job;
    let continuationToken: string | undefined;
    for (let calls = 0; calls < MOST_CALLS; calls++) {
      const id = randomUUID();
      this.open.set(id, undefined);
      const data = {
        actionConfiguration: { configuration },
        inputArtifacts: (artifacts?.inputs ?? []).map(located),
        outputArtifacts: (artifacts?.outputs ?? []).map(located),
        artifactCredentials: this.artifactCredentials(job, id),
        ...(continuationToken === undefined ? {} : { continuationToken }),
      };
      const event = { 'CodePipeline.job': { id, accountId: account, data } };
      const end = await this.functions
        .invoke({ account, region, name, event, ...(signal ? { signal } : {}) })
        .finally(() => this.credentials.end(actorOf(id)));
      const result = this.open.get(id);
      this.open.delete(id);
      if (end === undefined || 'notRehearsed' in end) return end;
      if (!result) return { failure: untold(end.error?.errorMessage ?? end.said) };
      if (result.failureDetails) return { failure: result.failureDetails.message ?? '' };
      if (result.continuationToken === undefined) return { outputVariables: result.outputVariables ?? {} };
      ({ continuationToken } = result);
    }
    return { failure: `the function went on with its job ${MOST_CALLS} times: on AWS the action ends after its time` };
  }

  /** Temporary credentials of the role that reads and writes the artifacts; they end with the call. */
  private artifactCredentials({ account, region, artifacts }: FunctionJob, id: string): Record<string, string> {
    if (!artifacts) return { accessKeyId: '', secretAccessKey: '', sessionToken: '' };
    const actor: Actor = { kind: 'function', id: actorOf(id), roleArn: artifacts.roleArn };
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = this.credentials.environment(
      account,
      region,
      actor,
    );
    return {
      accessKeyId: AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: AWS_SESSION_TOKEN ?? '',
    };
  }

  /** Takes what functions tell of their jobs; leaves the rest of CodePipeline to `next`. */
  handler(next: AwsHandler | undefined): AwsHandler {
    return (request) => {
      const [, kind] = OPERATION.exec(request.operation) ?? [];
      if (kind === undefined) return next?.(request);
      try {
        // SDK v3 and botocore each speak a protocol of their own.
        const { jobId = '', ...result } = decodeInput(request) as JobResult & { jobId?: string };
        if (!this.open.has(jobId)) throw new ApiError('JobNotFoundException', `Job ${jobId} not found`);
        this.open.set(jobId, kind === 'Failure' ? { failureDetails: result.failureDetails ?? {} } : result);
        return encodeOutput(request, {});
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return encodeError(request, 'codepipeline', error);
      }
    };
  }
}

function actorOf(job: string): string {
  return `job-${job}`;
}

/** An artifact in a job (CodePipeline API Reference, Artifact). */
function located({ name, bucket, key }: JobArtifact): Record<string, unknown> {
  return { name, revision: null, location: { type: 'S3', s3Location: { bucketName: bucket, objectKey: key } } };
}

function untold(said: string): string {
  const why = said ? ` It ended with:\n${said}` : '';
  return `the function told CodePipeline nothing of its job (PutJobSuccessResult, PutJobFailureResult): on AWS the action waits until it times out.${why}`;
}
