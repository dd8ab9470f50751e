import { SaiondoError } from '../../model/errors';

/**
 * Runtimes that Lambda takes no more, neither for a new function nor for a changed one (AWS Lambda Developer Guide, "Deprecated runtimes": block function create and
 * update have passed). Those deprecated since 2024 (`nodejs16.x`, `python3.8`, `dotnet6` …) are taken until 2027-02-01.
 */
const BLOCKED =
  /^(nodejs|nodejs4\.3(-edge)?|nodejs6\.10|nodejs8\.10|nodejs10\.x|nodejs12\.x|nodejs14\.x|python2\.7|python3\.[67]|ruby2\.[57]|dotnetcore[123]\.[01]|go1\.x|java8)$/;
/** Every family of runtimes, whatever its version. */
const FAMILY = /^(nodejs|python|java|dotnet(core)?|ruby|go|provided)[\w.-]*$/;

/** Refuses a runtime that Lambda refuses. @throws SaiondoError `InvalidParameterValueException` in Lambda's words */
export function checkRuntime(runtime: unknown): void {
  if (typeof runtime !== 'string') return;
  if (BLOCKED.test(runtime))
    throw refused(
      `The runtime parameter of ${runtime} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    );
  if (!FAMILY.test(runtime))
    throw refused(
      `Value ${runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set or be a valid ARN`,
    );
}

/**
 * Refuses code that is not in its bucket.
 * @param read the status of asking S3 for an object, and its answer
 * @returns why it is not known whether the code is there: nothing here makes its bucket, so that it may be somebody else's
 * @throws SaiondoError `InvalidParameterValueException` in Lambda's words
 */
export async function checkCode(
  code: unknown,
  read: (bucket: string, key: string) => Promise<{ status: number; text: string }>,
): Promise<string | undefined> {
  const { S3Bucket, S3Key } = (code ?? {}) as { S3Bucket?: unknown; S3Key?: unknown };
  if (typeof S3Bucket !== 'string' || typeof S3Key !== 'string') return undefined;
  const { status, text } = await read(S3Bucket, S3Key);
  if (status < 300) return undefined;
  if (/NoSuchBucket/.test(text)) return `its code is in the bucket ${S3Bucket}, which nothing here makes`;
  throw refused(
    'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
  );
}

function refused(message: string): SaiondoError {
  return new SaiondoError(message, {
    code: 'InvalidParameterValueException',
    next: 'publish the code before the stack is deployed, or name a runtime that Lambda takes',
  });
}
