import { SaiondoError } from '../../model/errors';
import type { Layout } from '../../model/layout';
import { knownNames } from '../../model/nearest';
import { loadLater } from '../../model/load-later';
import type * as RunsOnDisk from '../../engine/runs/runs';
import type { Target } from './target';

interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly code?: string;
}

const NEXT: Readonly<Record<string, string>> = {
  PipelineNotFoundException:
    'look at the pipeline’s name, the account and the region (--pipeline, --profile, --region)',
  StageNotRetryableException:
    'its structure changed, or a newer execution has entered the stage: saiondo start begins a new one',
  PipelineExecutionNotFoundException: 'saiondo history lists the executions',
  NotLatestPipelineExecutionException: 'a newer execution has entered the stage: saiondo status shows it',
  InvalidApprovalTokenException: 'the approval is not the one that was shown: look again with saiondo status',
  ApprovalAlreadyCompletedException: 'somebody has decided already: saiondo status shows how',
  UnableToRollbackStageException: 'saiondo rollback lists the executions that can be returned to',
  PipelineExecutionOutdatedException:
    'the pipeline’s structure has changed since: that execution cannot be returned to',
  ConflictException: 'the pipeline is busy; saiondo status shows what runs, then run the same command again',
  ThrottlingException: 'AWS throttles this account; try again in a minute',
  ExpiredTokenException: 'sign in again: aws sso login --profile PROFILE',
  ExpiredToken: 'sign in again: aws sso login --profile PROFILE',
  CredentialsProviderError: 'sign in (aws sso login --profile PROFILE), or set AWS_PROFILE',
  TokenProviderError: 'sign in: aws sso login --profile PROFILE',
};
const DENIED = /^(AccessDenied|UnauthorizedOperation|UnrecognizedClient|InvalidClientTokenId|NotAuthorized)/;
const NETWORK = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'TimeoutError'];

/** Whom an error is of: AWS, before an account is known too, or a rehearsal. */
type Asked = Pick<Target, 'name' | 'rehearsal'> & { readonly pipeline?: string };

/** What AWS answered, as an error of this package: what, of whom, and what to do. Others stay what they are. */
export function awsError(error: unknown, target: Asked, command: string): unknown {
  if (error instanceof SaiondoError || !(error instanceof Error)) return error;
  const { name, message, code, $metadata } = error as AwsError;
  const described = (next: string): SaiondoError =>
    new SaiondoError(`${target.name}: ${message || name}`, { code: name, next, cause: error });
  if (DENIED.test(name)) return described(`grant what docs/operator-policy.json lists for ${command}`);
  const next = nextHere(name, target) ?? NEXT[name];
  if (next) return described(next);
  if (NETWORK.includes(code ?? '') || NETWORK.includes(name))
    return new SaiondoError(`${target.name} does not answer: ${message || code}`, {
      code: 'NETWORK',
      next: target.rehearsal
        ? 'check that it is still served: saiondo rehearse --serve'
        : 'check your network connection and the region',
      cause: error,
    });
  return $metadata ? described('saiondo doctor looks at what the pipeline needs') : error;
}

/** What to do about an error of a rehearsal, where it is not what helps on AWS. */
function nextHere(code: string, { rehearsal, pipeline }: Asked): string | undefined {
  if (!rehearsal) return undefined;
  if (code === 'PipelineNotFoundException' && pipeline !== undefined)
    return `give another --pipeline: ${knownNames(pipeline, rehearsedPipelines(rehearsal.layout))}`;
  if (code === 'ConflictException' && !rehearsal.page)
    return 'serve a run with saiondo rehearse --resume RUN --serve (saiondo runs lists them), then run the same command in another terminal';
  return undefined;
}

function rehearsedPipelines(layout: Layout): string[] {
  const { Runs } = loadLater<typeof RunsOnDisk>(__filename, '../../engine/runs/runs');
  return [...new Set(new Runs(layout).list().map((one) => one.pipeline))].filter((name) => name !== '');
}
