import { SaiondoError } from '../../../model/errors';

/** An error as an AWS service answers it. */
export class ApiError extends Error {
  constructor(
    /** The error's name in the service's API Reference: `PipelineNotFoundException`. */
    readonly code: string,
    message: string,
    /** 400 for the caller's fault in AWS's JSON protocols, 403 for missing credentials, 500 for ours. */
    readonly status = 400,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** Anything thrown, as an AWS service would answer it: our own errors keep their code where it is one of the API's. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SaiondoError && /Exception$/.test(error.code)) return new ApiError(error.code, error.message);
  return new ApiError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
}
