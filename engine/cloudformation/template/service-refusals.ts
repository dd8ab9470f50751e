/**
 * Characters of a buildspec that a CodeBuild project carries in itself. No quota of the user guide; the maintainers of the CDK measured it and moved
 * the buildspecs of its pipelines into files because of it (aws/aws-cdk#14974). A file of the source, or an object of S3, has no such limit.
 */
export const MOST_INLINE_BUILDSPEC = 25_600;

/**
 * Why a service refuses a resource that CloudFormation's schemas allow: the resource's making fails, as on AWS.
 * @param properties as the service is given them, every function resolved
 */
export function refusalOf(type: string, properties: Readonly<Record<string, unknown>>): string | undefined {
  if (type !== 'AWS::CodeBuild::Project') return undefined;
  const { BuildSpec: given } = (properties.Source ?? {}) as { readonly BuildSpec?: unknown };
  if (typeof given !== 'string' || given.length <= MOST_INLINE_BUILDSPEC) return undefined;
  return `its inline buildspec has ${given.length} characters; CodeBuild takes at most ${MOST_INLINE_BUILDSPEC}: put it into a file of the source`;
}
