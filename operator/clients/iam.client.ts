import type {
  GetPolicyCommandInput,
  GetPolicyCommandOutput,
  GetPolicyVersionCommandInput,
  GetPolicyVersionCommandOutput,
  GetRoleCommandInput,
  GetRoleCommandOutput,
  GetRolePolicyCommandInput,
  GetRolePolicyCommandOutput,
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput,
  ListRolePoliciesCommandInput,
  ListRolePoliciesCommandOutput,
} from '@aws-sdk/client-iam';
import { lazily, type ClientSettings } from './sdk.client';

/** The operations of IAM that the operator calls, by their API names. */
export function iamCalls(settings: ClientSettings) {
  const call = lazily(
    () => import('@aws-sdk/client-iam'),
    (sdk) => new sdk.IAMClient(settings),
  );
  return {
    getPolicy: (input: GetPolicyCommandInput): Promise<GetPolicyCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetPolicyCommand(input))),
    getPolicyVersion: (input: GetPolicyVersionCommandInput): Promise<GetPolicyVersionCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetPolicyVersionCommand(input))),
    getRole: (input: GetRoleCommandInput): Promise<GetRoleCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetRoleCommand(input))),
    getRolePolicy: (input: GetRolePolicyCommandInput): Promise<GetRolePolicyCommandOutput> =>
      call((sdk, client) => client.send(new sdk.GetRolePolicyCommand(input))),
    listAttachedRolePolicies: (
      input: ListAttachedRolePoliciesCommandInput,
    ): Promise<ListAttachedRolePoliciesCommandOutput> =>
      call((sdk, client) => client.send(new sdk.ListAttachedRolePoliciesCommand(input))),
    listRolePolicies: (input: ListRolePoliciesCommandInput): Promise<ListRolePoliciesCommandOutput> =>
      call((sdk, client) => client.send(new sdk.ListRolePoliciesCommand(input))),
  };
}
