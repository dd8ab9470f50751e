import { randomUUID } from 'node:crypto';
import { ApiError } from '../api/protocol/api-error';
import { decodeInput, encodeError, encodeOutput } from '../api/protocol/wire';
import type { AwsHandler } from '../ports/aws-request';
import type { FunctionJob, FunctionJobEnd } from '../ports/function-job';
import type { DeployedFunctions } from './deployed-functions';

/** What a function said of its job (CodePipeline API Reference, PutJobSuccessResult and PutJobFailureResult). */
interface JobResult {
  readonly continuationToken?: string;
  readonly outputVariables?: Readonly<Record<string, string>>;
  readonly failureDetails?: { readonly message?: string };
}

/** Calls of a function that goes on with its job by a token: AWS bounds them by the action's time. */
const MOST_CALLS = 20;
const OPERATION = /^CodePipeline_20150709\.PutJob(Success|Failure)Result$/;

/** The jobs of Lambda actions: a function is called with its job and tells CodePipeline what became of it (CodePipeline User Guide, "Invoke a Lambda function"). */
export class FunctionJobs {
  /** By the job's id; undefined while nobody has told. */
  private readonly open = new Map<string, JobResult | undefined>();

  constructor(private readonly functions: DeployedFunctions) {}

  /** Runs a job to its end. @returns undefined where no stack has the function */
  async run({ account, region, name, configuration, signal }: FunctionJob): Promise<FunctionJobEnd | undefined> {
    let continuationToken: string | undefined;
    for (let calls = 0; calls < MOST_CALLS; calls++) {
      const id = randomUUID();
      this.open.set(id, undefined);
      const data = {
        actionConfiguration: { configuration },
        ...{ inputArtifacts: [], outputArtifacts: [] },
        artifactCredentials: { accessKeyId: '', secretAccessKey: '', sessionToken: '' },
        ...(continuationToken === undefined ? {} : { continuationToken }),
      };
      const event = { 'CodePipeline.job': { id, accountId: account, data } };
      const end = await this.functions.invoke({ account, region, name, event, ...(signal ? { signal } : {}) });
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

function untold(said: string): string {
  const why = said ? ` It ended with:\n${said}` : '';
  return `the function told CodePipeline nothing of its job (PutJobSuccessResult, PutJobFailureResult): on AWS the action waits until it times out.${why}`;
}
