/** Variables that hold, or lead to, what a person is somebody by. */
const CREDENTIALS =
  /^(AWS_|AZURE_|ARM_|GOOGLE_|GCLOUD_|CLOUDSDK_(?!CORE_CUSTOM_CA)|DIGITALOCEAN_|GH_|GITHUB_|GITLAB_|CI_JOB_|NPM_TOKEN|NODE_AUTH_TOKEN|SSH_|GPG_|GIT_ASKPASS|VAULT_|KUBECONFIG)|(TOKEN|SECRET|PASSWORD|PASSWD|PRIVATE_KEY|API_KEY|ACCESS_KEY|CREDENTIALS?)(_|$)/i;

/**
 * This process's variables for a program of the person's that runs other people's code (a synth, a chain): without credentials, and with AWS's
 * clients told that there are none to be found.
 */
export function withoutCredentials(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const kept = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !CREDENTIALS.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}
