/** The region that the SDK itself would take: of the environment, or of the profile; undefined where neither says one. */
export async function defaultRegion(profile: string | undefined): Promise<string | undefined> {
  const { STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient(profile ? { profile } : {});
  try {
    return await client.config.region();
  } catch {
    return undefined;
  }
}
