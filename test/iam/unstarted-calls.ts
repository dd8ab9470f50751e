import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ServiceCall } from '../../engine/iam/calls/service-call';
import type { ResourceOfStack, StackLedger } from '../../engine/ports/ledger';

interface Code {
  /** The file that makes the calls, and how it says each of them. */
  readonly file: string;
  /** The role that it runs as, by its logical id. */
  readonly role: RegExp;
  readonly calls: readonly (readonly [words: string, action: string, resource: (at: Place) => string])[];
}
interface Place {
  readonly account: string;
  readonly region: string;
  readonly resources: readonly ResourceOfStack[];
}

const idOf = ({ resources }: Place, type: string, logicalId: RegExp): string =>
  resources.find((one) => one.type === type && logicalId.test(one.logicalId))?.physicalId ?? '';
const defaultGroup = (at: Place): string => {
  const closed = at.resources.find(({ type }) => type === 'Custom::VpcRestrictDefaultSG');
  return `arn:aws:ec2:${at.region}:${at.account}:security-group/${String(closed?.properties.DefaultSecurityGroupId)}`;
};
const site = (at: Place): string => `arn:aws:s3:::${idOf(at, 'AWS::S3::Bucket', /^Site/)}`;

/** The app's own code that the sample run does not start: a service's restart, the closing of a VPC's default group, the emptying of a bucket that goes. */
const UNSTARTED: readonly Code[] = [
  {
    file: 'buildspecs/restart.yml',
    role: /^RestartRole/,
    calls: [
      ['aws ecs update-service', 'ecs:UpdateService', (at) => idOf(at, 'AWS::ECS::Service', /^api/)],
      ['aws ecs wait services-stable', 'ecs:DescribeServices', (at) => idOf(at, 'AWS::ECS::Service', /^api/)],
    ],
  },
  {
    file: 'lib/functions/close-security-group.js',
    role: /^CloseDefaultGroupRole/,
    calls: [
      ['DescribeSecurityGroupRulesCommand', 'ec2:DescribeSecurityGroupRules', () => '*'],
      ['RevokeSecurityGroupIngressCommand', 'ec2:RevokeSecurityGroupIngress', defaultGroup],
      ['RevokeSecurityGroupEgressCommand', 'ec2:RevokeSecurityGroupEgress', defaultGroup],
    ],
  },
  {
    file: 'lib/functions/empty-bucket.js',
    role: /^EmptySiteRole/,
    calls: [
      ['ListObjectVersionsCommand', 's3:ListBucketVersions', site],
      ['DeleteObjectsCommand', 's3:DeleteObject', (at) => `${site(at)}/index.html`],
      ['DeleteObjectsCommand', 's3:DeleteObjectVersion', (at) => `${site(at)}/index.html`],
    ],
  },
];

/** The calls of what the sample run does not start, each of which its file still makes. */
export function unstartedCalls(ledger: Pick<StackLedger, 'resources'>): readonly ServiceCall[] {
  return UNSTARTED.flatMap(({ file, role, calls }) => {
    const text = fs.readFileSync(path.join(__dirname, '../..', file), 'utf8');
    const roles = ledger.resources('AWS::IAM::Role').filter(({ logicalId }) => role.test(logicalId));
    if (roles.length === 0) throw new Error(`no role ${role.source} runs ${file}`);
    return roles.flatMap(({ stack, physicalId }) => {
      const resources = Object.values(stack.resources).map((one) => ({ ...one, stack }));
      const at = { account: stack.account, region: stack.region, resources };
      return calls.map(([words, action, resource]) => {
        if (!text.includes(words)) throw new Error(`${file} no longer has ${words}`);
        const by = `arn:aws:iam::${stack.account}:role/${physicalId}`;
        return { by, action, resource: resource(at), why: `as ${file} asks for`, source: file };
      });
    });
  });
}
