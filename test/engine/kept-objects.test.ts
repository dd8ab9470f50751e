import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { computeChangeSet } from '../../engine/cloudformation/change-set';
import { deploy } from '../../engine/cloudformation/deployment';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { Template } from '../../engine/cloudformation/template/template';
import { getObject, hasObject, putObject } from '../../engine/endpoint/s3-client';
import { signedHeaders } from '../../engine/gateway/sign';
import { LocalMachine } from '../../engine/rehearsal/local-machine';
import { Layout } from '../../model/layout';

// Objects that outlive a rehearsal: one machine after another over the same folder, the local AWS endpoint for real.
const account = '111111111111';
const region = 'eu-west-1';
const TOOLS = process.env.SAIONDO_TOOLS_DIR ?? path.join(__dirname, '../../.saiondo/tools');
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-objects-'));
const layout = new Layout(path.join(root, 'state'), TOOLS);
const ledger = new DiskLedger(layout);
let machine: LocalMachine | undefined;
afterAll(async () => {
  await machine?.close();
  fs.rmSync(root, { recursive: true, force: true });
});

async function open(): Promise<LocalMachine> {
  return LocalMachine.open({
    layout,
    ledger,
    emit: () => undefined,
    fixtures: { processes: [], parameters: [], secrets: [] },
    withoutContainers: true,
    isolation: 'none',
  });
}

const BUCKET = {
  Type: 'AWS::S3::Bucket',
  Properties: {
    BucketName: 'shop-artifacts',
    LifecycleConfiguration: {
      Rules: [
        { Status: 'Enabled', ExpirationInDays: 90 },
        { Status: 'Enabled', Prefix: 'passed/', ExpirationInDays: 15 },
        { Status: 'Disabled', Prefix: 'off/', ExpirationInDays: 15 },
      ],
    },
  },
};
const LONG = `passed/${'é'.repeat(300)}`;

test('what a lifecycle rule keeps under a prefix is there in the next rehearsal, whole, and nothing else is', async () => {
  machine = await open();
  const template = { Resources: { Bucket: BUCKET } } as unknown as Template;
  const request = {
    ...{ account, region, stackName: 'pipeline', template },
    ...{ file: 't.yaml', parameters: {}, tags: {} },
  };
  const { provisioners } = machine;
  await deploy(computeChangeSet(request, ledger), { ledger, provisioners, emit: () => undefined, environment: 'test' });
  const given = path.join(root, 'given.txt');
  fs.writeFileSync(given, 'what has passed');
  const first = { endpoint: machine, account, region, bucket: 'shop-artifacts' };
  for (const key of ['passed/a b', LONG, 'passed/deleted', 'passed/old', 'passed/listed', 'off/a', 'other/a'])
    await putObject(first, key, given);
  expect((await remove('/shop-artifacts/passed/deleted', 'DELETE')).status).toBe(204);
  // A query that says something of an object deletes none.
  expect((await remove('/shop-artifacts/passed/a%20b?tagging', 'DELETE')).status).toBe(204);
  const several = '<Delete><Object><Key>passed/listed</Key></Object></Delete>';
  expect((await remove('/shop-artifacts?delete', 'POST', several)).status).toBe(200);
  await machine.close();

  const folder = path.join(layout.objects(), account, region, 'shop-artifacts');
  // What an engine that was killed in the middle left, and what is older than the rule's days.
  fs.writeFileSync(path.join(folder, 'passed%2Ftorn.1234.new'), 'what has');
  const old = (Date.now() - 16 * 86_400_000) / 1000;
  fs.utimesSync(path.join(folder, 'passed%2Fold'), old, old);

  machine = await open();
  const at = { endpoint: machine, account, region, bucket: 'shop-artifacts' };
  const back = path.join(root, 'back.txt');
  for (const key of ['passed/a b', LONG]) {
    await getObject(at, key, back, 1000);
    expect(fs.readFileSync(back, 'utf8')).toBe('what has passed');
  }
  for (const key of ['passed/deleted', 'passed/listed', 'passed/old', 'passed/torn', 'off/a', 'other/a'])
    expect([key, await hasObject(at, key)]).toEqual([key, false]);
  expect(fs.readdirSync(folder).some((name) => name.endsWith('.new') || name.includes('old'))).toBe(false);
});

test('an object that waits on disk is read as S3 gives it, in parts too; who lists, copies, writes or removes finds it there', async () => {
  const ask = async (url: string, method: string, headers: Record<string, string> = {}) => {
    if (!machine) throw new Error('no machine');
    const { endpointUrl } = machine;
    const signed = await signedHeaders(
      { method, endpointUrl, path: url, region, service: 's3', headers },
      machine.credentials(account),
    );
    return fetch(new URL(url, endpointUrl), { method, headers: signed });
  };
  const at = '/shop-artifacts/passed/a%20b';
  const head = await ask(at, 'HEAD');
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '15']);
  const eTag = head.headers.get('etag') ?? '';
  const parts: string[] = [];
  for (const range of ['bytes=0-3', 'bytes=4-99', 'bytes=-6']) {
    const part = await ask(at, 'GET', { range, 'if-match': eTag });
    parts.push(`${part.status} ${part.headers.get('content-range')} ${await part.text()}`);
  }
  expect(parts).toEqual(['206 bytes 0-3/15 what', '206 bytes 4-14/15  has passed', '206 bytes 9-14/15 passed']);
  expect((await ask(at, 'GET', { range: 'bytes=20-30' })).status).toBe(416);
  const listed = await (await ask('/shop-artifacts?list-type=2&prefix=passed/a', 'GET')).text();
  expect(listed).toContain('<Key>passed/a b</Key>');
  await machine?.close();

  machine = await open();
  const copied = await ask('/shop-artifacts/passed/copy', 'PUT', {
    'x-amz-copy-source': '/shop-artifacts/passed/a%20b',
  });
  expect(copied.status).toBe(200);
  await machine.close();
  machine = await open();
  const back = path.join(root, 'back.txt');
  const bucket = { endpoint: machine, account, region, bucket: 'shop-artifacts' };
  await getObject(bucket, 'passed/copy', back, 1000);
  expect(fs.readFileSync(back, 'utf8')).toBe('what has passed');
  const next = path.join(root, 'next.txt');
  fs.writeFileSync(next, 'what passed next');
  await putObject(bucket, 'passed/copy', next);
  await getObject(bucket, 'passed/copy', back, 1000);
  expect(fs.readFileSync(back, 'utf8')).toBe('what passed next');
  expect((await ask('/shop-artifacts', 'DELETE')).status).toBe(409);
});

/** Asks the endpoint as a build does: by the gateway. */
async function remove(url: string, method: string, body = ''): Promise<{ readonly status: number }> {
  if (!machine) throw new Error('no machine');
  const { endpointUrl } = machine;
  const headers = await signedHeaders(
    { method, endpointUrl, path: url, region, service: 's3' },
    machine.credentials(account),
  );
  const answer = await fetch(new URL(url, endpointUrl), { method, headers, ...(body ? { body } : {}) });
  await answer.text();
  return answer;
}
