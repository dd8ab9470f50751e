// Takes every rule off a security group: the default one of a VPC cannot be deleted and lets its members talk to each other.
const {
  EC2Client,
  DescribeSecurityGroupRulesCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} = require('@aws-sdk/client-ec2');

const targetOf = ({ DefaultSecurityGroupId }) => DefaultSecurityGroupId;

async function change({ RequestType, ResourceProperties }) {
  if (RequestType === 'Delete') return;
  const GroupId = targetOf(ResourceProperties);
  const ec2 = new EC2Client({});
  const Filters = [{ Name: 'group-id', Values: [GroupId] }];
  const { SecurityGroupRules = [] } = await ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }));
  for (const [egress, Revoke] of [
    [false, RevokeSecurityGroupIngressCommand],
    [true, RevokeSecurityGroupEgressCommand],
  ]) {
    const SecurityGroupRuleIds = SecurityGroupRules.filter((rule) => rule.IsEgress === egress).map(
      (rule) => rule.SecurityGroupRuleId,
    );
    if (SecurityGroupRuleIds.length > 0) await ec2.send(new Revoke({ GroupId, SecurityGroupRuleIds }));
  }
}
