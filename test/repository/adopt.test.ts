import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import { parseConfiguration } from '../../config/load';
import { adopt, movingOrder } from '../../repository/adopt/adopt';
import { readTerraformState } from '../../repository/adopt/terraform-state';
import { synthesizedWith } from '../app/configured';
import { resources, ROOT } from '../app/synthesized';

const FILE = path.join(__dirname, 'terraform/prod.json');
const text = fs.readFileSync(FILE, 'utf8');
const state = readTerraformState(text, 'prod.json');
const adoption = adopt(state, { environment: 'prod', project: 'saiondo' });
const becomes = (kind: string): string[] =>
  adoption.resources.filter((one) => one.becomes === kind).map(({ address }) => address);

test('every managed resource has its fate, by its address; a data source has none', () => {
  const addresses = [...text.matchAll(/"address": "((?!module\.\w+"|data\.)[^"]+)",\s+"mode"/g)].map(
    (match) => match[1],
  );
  expect(adoption.resources.map(({ address }) => address).sort()).toEqual(addresses.sort());
  expect(becomes('adopted')).toHaveLength(10);
  expect(becomes('adopted')).toContain('module.prod_rds.aws_security_group.default');
  expect(becomes('replaced')).toContain('module.prod_ecs.aws_ecs_service.ec2_service');
  expect(becomes('left to Terraform')).toContain('module.prod_vpc.aws_nat_gateway.nat[0]');
  expect(adoption.resources.every(({ how }) => how.length > 5)).toBe(true);
});

test('the order ends with what Terraform forgets; the database’s secret is asked for', () => {
  const order = movingOrder(adoption);
  expect(order.findIndex((one) => /baseline/.test(one))).toBeLessThan(order.findIndex((one) => /DNS/.test(one)));
  expect(order.at(-1)).toMatch(/terraform state rm/);
  expect(adoption.questions).toEqual([expect.stringContaining('create-secret --name saiondo/prod/database')]);
});

test('a state file of version 4 gives the same as terraform show', () => {
  const file = {
    version: 4,
    resources: state.map(({ address, type, values }) => {
      const [, module, name = '', key] = /^(module\.\w+)?\.?\w+\.([\w-]+)(?:\[(\d+)\])?$/.exec(address) ?? [];
      const instance = { ...(key === undefined ? {} : { index_key: Number(key) }), attributes: values };
      return { ...(module ? { module } : {}), mode: 'managed', type, name, instances: [instance] };
    }),
  };
  expect(readTerraformState(JSON.stringify(file), 'terraform.tfstate')).toEqual(state);
});

test('what is no state is refused, with the command that writes one', () => {
  for (const wrong of ['', '{}', '[]', '{"version": 3}'])
    expect(() => readTerraformState(wrong, 'x.json')).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

/** A resource as `terraform show -json` has it. */
const shown = (address: string, values: object | null, more: object = {}): object => ({
  address,
  mode: /(^|\.)data\./.test(address) ? 'data' : 'managed',
  type: address
    .replace(/\[[^\]]*\]/g, '')
    .split('.')
    .at(-2),
  values,
  ...more,
});

test('modules in modules, for_each, data sources, resources without values or left behind: each object once, by its address', () => {
  const subnet = (zone: string, tier: string): object =>
    shown(`module.net.module.vpc["main"].aws_subnet.${tier}["${zone}"]`, {
      id: `subnet-${tier}-${zone}`,
      vpc_id: 'vpc-0123456789abcdef0',
      availability_zone: `ap-northeast-2${zone}`,
      map_public_ip_on_launch: tier === 'public',
    });
  const json = {
    format_version: '1.0',
    terraform_version: '1.9.5',
    values: {
      root_module: {
        resources: [shown('data.aws_caller_identity.me', { account_id: '1' }), shown('aws_sqs_queue.later', null)],
        child_modules: [
          {
            address: 'module.net',
            child_modules: [
              {
                address: 'module.net.module.vpc["main"]',
                resources: [
                  shown('module.net.module.vpc["main"].aws_vpc.this[0]', { id: 'vpc-0123456789abcdef0' }),
                  ...['a', 'c'].flatMap((zone) => ['public', 'private'].map((tier) => subnet(zone, tier))),
                  shown('module.net.module.vpc["main"].aws_eip.nat[0]', { id: 'eip-1' }),
                  shown('module.net.module.vpc["main"].aws_eip.nat[0]', { id: 'eip-0' }, { deposed_key: 'byebye' }),
                ],
              },
            ],
          },
        ],
      },
    },
  };
  const read = readTerraformState(JSON.stringify(json), 'state.json');
  expect(read.map(({ address }) => address)).toHaveLength(7);
  const { set, resources: all } = adopt(read, { environment: 'dev', project: 'saiondo' });
  expect(set.get('environments.dev.network.existing')?.value).toMatchObject({
    zones: ['a', 'c'],
    privateSubnets: ['subnet-private-a', 'subnet-private-c'],
  });
  expect(all.find(({ address }) => address === 'aws_sqs_queue.later')?.becomes).toBe('left to Terraform');
  // A plan has the state that it starts from.
  const plan = { format_version: '1.2', planned_values: {}, prior_state: json };
  expect(readTerraformState(JSON.stringify(plan), 'plan.json')).toEqual(read);
});

test('a state file with keys of for_each, null keys, objects left behind and attributes that no newer provider has read', () => {
  const file = {
    version: 4,
    outputs: {},
    resources: [
      {
        module: 'module.a.module.b["x"]',
        mode: 'managed',
        type: 'aws_eip',
        name: 'nat',
        instances: [
          { index_key: 'a', attributes: { id: '1' } },
          { index_key: 'c', attributes: { id: '2' }, deposed: 'abc' },
        ],
      },
      {
        mode: 'managed',
        type: 'aws_vpc',
        name: 'old',
        instances: [{ index_key: null, schema_version: 0, attributes: null, attributes_flat: { id: 'vpc-1' } }],
      },
      { mode: 'data', type: 'aws_ami', name: 'x', instances: [{ attributes: { id: 'ami' } }] },
      { mode: 'managed', type: 'aws_sqs_queue', name: 'none', instances: [] },
    ],
  };
  expect(readTerraformState(JSON.stringify(file), 'terraform.tfstate')).toEqual([
    { address: 'module.a.module.b["x"].aws_eip.nat["a"]', type: 'aws_eip', values: { id: '1' } },
    { address: 'aws_vpc.old', type: 'aws_vpc', values: { id: 'vpc-1' } },
  ]);
});

test('what has nothing to adopt says why: a state of Terraform 0.11, one without resources', () => {
  const old = { version: 3, modules: [{ path: ['root'], resources: {} }] };
  expect(() => readTerraformState(JSON.stringify(old), 'x')).toThrow(/version 3, which Terraform 0\.11 wrote/);
  expect(() => readTerraformState('{"format_version":"1.0"}', 'x')).toThrow(/x has no resources/);
});

test('a subnet without a table of its own follows the main one; a database whose network is not in the state is said', () => {
  const read = (values: readonly [string, object][]) =>
    values.map(([address, own]) => ({
      address,
      type: address.split('.')[0] ?? '',
      values: own as Record<string, unknown>,
    }));
  const network = read([
    ['aws_default_vpc.this', { id: 'vpc-1' }],
    ['aws_default_route_table.main', { id: 'rtb-1', vpc_id: 'vpc-1', route: [{ gateway_id: 'igw-1' }] }],
    ['aws_route_table.inner', { id: 'rtb-2', vpc_id: 'vpc-1', route: [{ nat_gateway_id: 'nat-1' }] }],
    ...['a', 'c'].flatMap((zone): [string, object][] => [
      [`aws_default_subnet.outer_${zone}`, { id: `subnet-o${zone}`, vpc_id: 'vpc-1', availability_zone: `x${zone}` }],
      [`aws_subnet.inner_${zone}`, { id: `subnet-i${zone}`, vpc_id: 'vpc-1', availability_zone: `x${zone}` }],
      [`aws_route_table_association.${zone}`, { subnet_id: `subnet-i${zone}`, route_table_id: 'rtb-2' }],
    ]),
  ]);
  expect(
    adopt(network, { environment: 'dev', project: 'x' }).set.get('environments.dev.network.existing')?.value,
  ).toMatchObject({
    publicSubnets: ['subnet-oa', 'subnet-oc'],
    privateSubnets: ['subnet-ia', 'subnet-ic'],
  });
  const database = read([['aws_db_instance.main', { engine: 'postgres', address: 'db.example', identifier: 'main' }]]);
  expect(adopt(database, { environment: 'dev', project: 'x' }).questions).toContainEqual(
    expect.stringContaining('this state has no VPC, and aws_db_instance.main is in one'),
  );
});

test('a network without private subnets is not taken, and that is said', () => {
  const without = state.filter(({ address }) => !address.includes('private-subnet'));
  const { set, questions } = adopt(without, { environment: 'prod', project: 'saiondo' });
  expect([...set.keys()]).not.toContain('environments.prod.network.existing');
  expect(questions).toContainEqual(expect.stringContaining('two zones with a public and a private subnet'));
});

test('the command writes a configuration that synthesizes with what exists', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-adopt-'));
  const file = path.join(folder, 'saiondo.yaml');
  try {
    fs.copyFileSync(path.join(ROOT, 'saiondo.yaml'), file);
    const args = [path.join(ROOT, 'dist/bin/saiondo.js'), 'adopt', FILE, '--environment', 'prod'];
    const shown = await execa('node', args, { cwd: folder });
    expect(shown.stdout).toContain(`${state.length} resources: 10 adopted`);
    expect(fs.readFileSync(file, 'utf8')).toBe(fs.readFileSync(path.join(ROOT, 'saiondo.yaml'), 'utf8'));
    await execa('node', [...args, '--write'], { cwd: folder });
    const written = fs.readFileSync(file, 'utf8');
    expect(written).toContain('# module.prod_rds.aws_db_instance.this');
    const { environments, pipeline } = parseConfiguration(written, 'saiondo.yaml');
    expect(pipeline.connectionArn).toContain('aaaaaaaa-bbbb');
    expect(environments.prod.database.existing).toMatchObject({ instance: 'saiondo-prod', name: 'saiondo' });
    const { network, database } = environments.prod;
    const templates = synthesizedWith({
      'environments.prod.network': { existing: network.existing },
      'environments.prod.database': { existing: database.existing },
      'pipeline.connectionArn': pipeline.connectionArn,
    });
    const all = Object.values(templates);
    const prod = JSON.stringify(all);
    for (const id of [network.existing?.vpcId, database.existing?.securityGroup, database.existing?.host])
      expect(prod).toContain(id);
    // Dev has a database of its own; prod's is the one that is there.
    expect(all.flatMap((one) => resources(one, 'AWS::RDS::DBInstance'))).toHaveLength(1);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

test('a configuration that is no YAML is refused with its line', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-adopt-'));
  try {
    fs.writeFileSync(path.join(folder, 'saiondo.yaml'), 'project: shop\npipeline: {\n');
    const args = [path.join(ROOT, 'dist/bin/saiondo.js'), 'adopt', FILE, '--environment', 'prod'];
    const { exitCode, stderr } = await execa('node', args, { cwd: folder, reject: false });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/saiondo\.yaml:\d+/);
    expect(stderr).not.toContain('Internal error');
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

test('what the next apply would replace is said where it is adopted, and what is left is left for its own reason', () => {
  const database = { id: 'db-1', engine: 'postgres', arn: 'arn:aws:rds:ap-northeast-2:111111111111:db:db-1' };
  const arn = (id: string): object => ({ arn: `arn:aws:codeconnections:ap-northeast-2:111111111111:connection/${id}` });
  const one = (type: string, name: string, attributes: object, more: object = {}): object => ({
    mode: 'managed',
    type,
    name,
    instances: [{ attributes, ...more }],
  });
  const file = {
    version: 4,
    resources: [
      one('aws_db_instance', 'main', database, { status: 'tainted' }),
      one('aws_sqs_queue', 'jobs', { id: 'q' }, { status: 'tainted' }),
      one('aws_codestarconnections_connection', 'ours', { ...arn('1'), connection_status: 'AVAILABLE' }),
      one('aws_codestarconnections_connection', 'other', { ...arn('2'), connection_status: 'AVAILABLE' }),
      one('aws_vpc', 'alone', { id: 'vpc-1' }),
    ],
  };
  const json = {
    format_version: '1.0',
    values: { root_module: { resources: [shown('aws_db_instance.main', database, { tainted: true })] } },
  };
  const target = { environment: 'dev', project: 'saiondo' } as const;
  const { questions, resources } = adopt(readTerraformState(JSON.stringify(file), 'terraform.tfstate'), target);
  const tainted =
    "aws_db_instance.main is tainted: the next terraform apply replaces it with all that it holds; run terraform untaint 'aws_db_instance.main' first";
  expect(questions.filter((text) => text.includes('tainted'))).toEqual([tainted]);
  expect(adopt(readTerraformState(JSON.stringify(json), 'state.json'), target).questions).toContain(tainted);
  expect(resources.map(({ address, how }) => `${address}: ${how}`)).toEqual(
    expect.arrayContaining([
      'aws_codestarconnections_connection.other: another connection is taken',
      'aws_vpc.alone: the pipeline makes a network of its own',
    ]),
  );
});
