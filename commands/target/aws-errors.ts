import { SaiondoError } from '../../model/errors';
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
  NotLatestPipelineExecutionException: 'a newer execution has entered the stage: saiondo status shows it',
  InvalidApprovalTokenException: 'the approval is not the one that was shown: look again with saiondo status',
  ApprovalAlreadyCompletedException: 'somebody has decided already: saiondo status shows how',
  UnableToRollbackStageException: 'saiondo rollback lists the executions that can be returned to',
  PipelineExecutionOutdatedException:
    'the pipeline’s structure has changed since: that execution cannot be returned to',
  ThrottlingException: 'AWS throttles this account; try again in a minute',
  ExpiredTokenException: 'sign in again: aws sso login --profile PROFILE',
  ExpiredToken: 'sign in again: aws sso login --profile PROFILE',
  CredentialsProviderError: 'sign in (aws sso login --profile PROFILE), or set AWS_PROFILE',
  TokenProviderError: 'sign in: aws sso login --profile PROFILE',
};
const DENIED = /^(AccessDenied|UnauthorizedOperation|UnrecognizedClient|InvalidClientTokenId|NotAuthorized)/;
const NETWORK = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ECONNRESET', 'TimeoutError'];

/** What AWS answered, as an error of this package: what, of whom, and what to do. Others stay what they are. */
export function awsError(error: unknown, target: Target, command: string): unknown {
  if (error instanceof SaiondoError || !(error instanceof Error)) return error;
  const { name, message, code, $metadata } = error as AwsError;
  const described = (next: string): SaiondoError =>
    new SaiondoError(`${target.name}: ${message || name}`, { code: name, next, cause: error });
  if (DENIED.test(name)) return described(`grant what docs/operator-policy.json lists for ${command}`);
  if (NEXT[name]) return described(NEXT[name]);
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
