import { fromNodeProviderChain, fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { Connection, Place } from './aws';
import { partitionOf } from './partition';

/** How AWS itself is reached: as the AWS CLI does, by environment, profile, SSO, web identity, container or instance. */
export interface AwsAccess {
  readonly home: Connection['home'];
  readonly profile?: string;
  readonly endpoint?: string;
  /** Asks for the code of an MFA device, where the profile's role wants one. */
  readonly mfaCode?: (serial: string) => Promise<string>;
}

/**
 * A connection to AWS. Another account than the pipeline's is entered by the look-up role that `cdk bootstrap --trust` makes there, which
 * may read and nothing more (AWS CDK Developer Guide, "Bootstrapping": LookupRole).
 */
export function awsConnection(access: AwsAccess): Connection {
  const { home, endpoint } = access;
  const clientConfig = { region: home.region, ...(endpoint ? { endpoint } : {}) };
  const own = fromNodeProviderChain({
    clientConfig,
    ...(access.profile ? { profile: access.profile } : {}),
    ...(access.mfaCode ? { mfaCodeProvider: access.mfaCode } : {}),
  });
  return {
    home,
    ...(endpoint ? { endpoint } : {}),
    credentials: (place) =>
      place
        ? fromTemporaryCredentials({
            masterCredentials: own,
            clientConfig,
            params: { RoleArn: lookupRoleArn(place), RoleSessionName: 'saiondo-operator' },
          })
        : own,
  };
}

/** The look-up role of a bootstrapped account and region. */
export function lookupRoleArn({ account, region }: Place): string {
  return `arn:${partitionOf(region)}:iam::${account}:role/cdk-hnb659fds-lookup-role-${account}-${region}`;
}
