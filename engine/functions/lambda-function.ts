/** A Lambda function, as far as it is called here (CloudFormation, AWS::Lambda::Function). */
export interface LambdaFunction {
  readonly Runtime?: string;
  readonly Handler?: string;
  readonly Role?: unknown;
  readonly Timeout?: number | string;
  readonly Code?: { readonly ZipFile?: string; readonly S3Bucket?: unknown; readonly S3Key?: unknown };
  readonly Layers?: readonly unknown[];
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
}

/** Why a function cannot be called here; undefined: it can. */
export function whyNotCalled(lambda: LambdaFunction): string | undefined {
  const { Code: code = {}, Runtime: runtime = 'no runtime', Layers: layers = [] } = lambda;
  if (!/^(nodejs|python)/.test(runtime)) return `it runs in ${runtime}`;
  if (code.ZipFile === undefined && code.S3Key === undefined)
    return 'its code is neither in the template nor in a bucket';
  if (layers.length > 0) return 'it takes layers';
  const modules = [...(code.ZipFile ?? '').matchAll(/require\(\s*['"](@aws-sdk\/[\w-]+)['"]\s*\)/g)].map(
    ([, name = '']) => name,
  );
  const missing = modules.find((name) => !isHere(name));
  return missing && `it needs ${missing}, which is not on this machine`;
}

/** What a function that ended for want of a part of Lambda's AWS SDK says. @returns the part */
export function sdkMissed(said: string): string | undefined {
  return /Cannot find (?:module|package) '(@(?:aws-sdk|smithy)\/[\w-]+)'/.exec(said)?.[1];
}

function isHere(module: string): boolean {
  try {
    require.resolve(module);
    return true;
  } catch {
    return false;
  }
}
