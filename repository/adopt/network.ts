import { listOf, textOf, type TerraformResource } from './terraform-state';

/** A subnet’s tier by where its traffic leaves: an internet gateway, a NAT, or nowhere. */
type Tier = 'public' | 'private' | 'isolated';

/** `network.existing`, as far as a state tells. */
export interface AdoptedNetwork {
  readonly existing: Readonly<Record<string, unknown>>;
  /** What each resource is in it, by address. */
  readonly used: ReadonlyMap<string, string>;
  /** What the configuration wants and the state has not. */
  readonly lacks: readonly string[];
}

/** The network of a state: its one VPC, or the one that most subnets are in. */
export function adoptedNetwork(resources: readonly TerraformResource[]): AdoptedNetwork | undefined {
  const subnets = resources.filter(({ type }) => /^aws_(default_)?subnet$/.test(type));
  const inVpc = (vpc: TerraformResource): TerraformResource[] =>
    subnets.filter((one) => textOf(one, 'vpc_id') === textOf(vpc, 'id'));
  const vpc = resources
    .filter(({ type }) => /^aws_(default_)?vpc$/.test(type))
    .sort((a, b) => inVpc(b).length - inVpc(a).length)[0];
  if (!vpc) return undefined;
  const tiers = new Map<Tier, Map<string, TerraformResource>>([
    ['public', new Map()],
    ['private', new Map()],
    ['isolated', new Map()],
  ]);
  for (const subnet of inVpc(vpc)) {
    const zone = textOf(subnet, 'availability_zone')?.slice(-1) ?? '';
    const tier = tiers.get(tierOf(subnet, resources));
    if (zone && tier && !tier.has(zone)) tier.set(zone, subnet);
  }
  const [publics, privates, isolated] = [...tiers.values()] as [
    Map<string, TerraformResource>,
    Map<string, TerraformResource>,
    Map<string, TerraformResource>,
  ];
  // Subnets without a way out stand in for private ones where there are no others: the services then reach what has an endpoint.
  const inner = privates.size > 0 ? privates : isolated;
  const zones = [...publics.keys()].filter((zone) => inner.has(zone)).sort();
  const used = new Map<string, string>([[vpc.address, 'network.existing.vpcId']]);
  const pick = (tier: Map<string, TerraformResource>, key: string): string[] =>
    zones.map((zone) => {
      const one = tier.get(zone);
      if (one) used.set(one.address, `network.existing.${key}`);
      return (one && textOf(one, 'id')) ?? '';
    });
  const own = inner === privates && zones.every((zone) => isolated.has(zone)) && isolated.size > 0;
  return {
    existing: {
      vpcId: textOf(vpc, 'id'),
      zones,
      publicSubnets: pick(publics, 'publicSubnets'),
      privateSubnets: pick(inner, 'privateSubnets'),
      ...(own ? { isolatedSubnets: pick(isolated, 'isolatedSubnets') } : {}),
    },
    used,
    lacks: zones.length >= 2 ? [] : ['two zones with a public and a private subnet each'],
  };
}

function tierOf(subnet: TerraformResource, resources: readonly TerraformResource[]): Tier {
  const id = textOf(subnet, 'id');
  const association = resources.find(
    (one) => one.type === 'aws_route_table_association' && textOf(one, 'subnet_id') === id,
  );
  const table = association
    ? tableOf(resources, textOf(association, 'route_table_id'))
    : mainTable(resources, textOf(subnet, 'vpc_id'));
  if (table) {
    const routes = [
      ...listOf(table, 'route'),
      ...resources
        .filter((one) => one.type === 'aws_route' && textOf(one, 'route_table_id') === textOf(table, 'id'))
        .map((one) => one.values),
    ] as { gateway_id?: unknown; nat_gateway_id?: unknown; network_interface_id?: unknown }[];
    if (routes.some((route) => /^igw-/.test(String(route.gateway_id ?? '')))) return 'public';
    if (routes.some((route) => Boolean(route.nat_gateway_id) || Boolean(route.network_interface_id))) return 'private';
  }
  if (subnet.values.map_public_ip_on_launch === true) return 'public';
  return table ? 'isolated' : 'private';
}

function tableOf(resources: readonly TerraformResource[], id: string | undefined): TerraformResource | undefined {
  return resources.find((one) => /^aws_(default_)?route_table$/.test(one.type) && textOf(one, 'id') === id);
}

/** The main table of a network, which counts for every subnet without one of its own (Amazon VPC User Guide, "Route tables"). */
function mainTable(resources: readonly TerraformResource[], vpc: string | undefined): TerraformResource | undefined {
  const named = resources.find(
    (one) => one.type === 'aws_main_route_table_association' && textOf(one, 'vpc_id') === vpc,
  );
  if (named) return tableOf(resources, textOf(named, 'route_table_id'));
  return resources.find((one) => one.type === 'aws_default_route_table' && textOf(one, 'vpc_id') === vpc);
}
