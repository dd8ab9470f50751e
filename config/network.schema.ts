import { z } from 'zod';
import { isAligned } from './cidr';

/**
 * A network's address range: private IPv4 between /16 (Amazon VPC's largest) and /21, below which a load balancer's subnets would be smaller
 * than /27 (VPC User Guide, "VPC CIDR blocks"; Elastic Load Balancing User Guide, "Subnets for your load balancer").
 */
const cidr = z
  .string()
  .regex(
    /^(10\.\d{1,3}|172\.(1[6-9]|2\d|3[01])|192\.168)(\.\d{1,3}){2}\/(1[6-9]|2[01])$/,
    'a private IPv4 range between /16 and /21',
  )
  .refine(isAligned, 'a range that begins at its own first address, such as 10.10.0.0/16');

const subnets = z.array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'a subnet’s id: subnet-…'));

/** A VPC that is there already, with everything that a look-up would have found: synth asks no account. */
const existingVpc = z
  .strictObject({
    vpcId: z.string().regex(/^vpc-[0-9a-f]{8,17}$/, 'a VPC’s id: vpc-…'),
    /** Letters of the zones, in the subnets' order. */
    zones: z.array(z.string().regex(/^[a-h]$/, 'a zone’s letter: a')).min(2),
    publicSubnets: subnets,
    privateSubnets: subnets,
    /** Without them the database and Redis stand in the private ones. */
    isolatedSubnets: subnets.optional(),
  })
  .superRefine((vpc, context) => {
    for (const tier of ['publicSubnets', 'privateSubnets', 'isolatedSubnets'] as const) {
      const found = vpc[tier]?.length;
      if (found === undefined || found === vpc.zones.length) continue;
      context.addIssue({
        code: 'custom',
        path: [tier],
        message: `one subnet in each of the ${vpc.zones.length} zones (${vpc.zones.join(', ')}), not ${found}`,
      });
    }
  });

/** `environments.NAME.network`. */
export const networkSchema = z
  .strictObject({
    cidr: cidr.optional(),
    /** How many zones are used: 2 or 3, the number of subnets of each kind. */
    availabilityZones: z.number().int().min(2).max(3).optional(),
    /** Letters of the zones to use, where the region's are not a, b, c for this account. */
    zones: z
      .array(z.string().regex(/^[a-h]$/, 'a zone’s letter: a'))
      .min(2)
      .max(3)
      .optional(),
    /** How private subnets get out: NAT gateways, one NAT instance, or not at all but to the AWS services that have endpoints. */
    egress: z.enum(['gateways', 'instance', 'endpoints']).optional(),
    /** With `egress: gateways`: how many. */
    natGateways: z.number().int().min(1).max(3).optional(),
    existing: existingVpc.optional(),
  })
  .superRefine((network, context) => {
    const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (network.existing) {
      for (const key of ['cidr', 'availabilityZones', 'zones', 'egress', 'natGateways'] as const) {
        if (network[key] !== undefined)
          issue(key, 'must not be here: it cannot be combined with network.existing. Remove this key');
      }
      return;
    }
    if (!network.cidr) issue('cidr', 'a private IPv4 range, or `existing` with a VPC’s id and subnets');
    if (network.zones && network.availabilityZones !== undefined && network.zones.length !== network.availabilityZones)
      issue('availabilityZones', `${network.zones.length}, as many as \`zones\` names`);
    if (network.natGateways !== undefined && network.egress !== undefined && network.egress !== 'gateways')
      issue('natGateways', `must not be here: \`egress: ${network.egress}\` has no NAT gateway. Remove this key`);
    const zones = network.zones?.length ?? network.availabilityZones;
    if (zones !== undefined && network.natGateways !== undefined && network.natGateways > zones)
      issue('natGateways', `at most one for each of the ${zones} zones`);
  });
