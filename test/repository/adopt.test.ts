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
