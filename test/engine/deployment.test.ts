import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { computeChangeSet } from '../../engine/cloudformation/change-set';
import { deploy } from '../../engine/cloudformation/deployment';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { Provisioners } from '../../engine/ports/provisioner';
import type { Template } from '../../engine/cloudformation/template/template';
import { Layout } from '../../model/layout';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-ledger-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
const at = { account: '111111111111', region: 'eu-west-1', file: 't.json', parameters: {}, tags: {} };

function request(stackName: string, template: Template) {
  return { ...at, stackName, template };
}

async function deployed(
  ledger: DiskLedger,
  stackName: string,
  template: Template,
  provisioners: Provisioners = new Map(),
) {
  const changeSet = computeChangeSet(request(stackName, template), ledger);
  return {
    changeSet,
    result: await deploy(changeSet, { ledger, provisioners, emit: () => undefined, environment: 'test' }),
  };
}

const topic = (name: string): Template => ({
  Resources: {
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: name } },
    Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/topic', Type: 'String', Value: { Ref: 'Topic' } } },
  },
  Outputs: { Arn: { Value: { Ref: 'Topic' }, Export: { Name: 'topic-arn' } } },
});

test('references are resolved, exports reach other stacks, and a second deployment changes nothing', async () => {
  const ledger = new DiskLedger(new Layout(path.join(root, 'a')));
  const { result } = await deployed(ledger, 'One', topic('news'));
  expect(result.status).toBe('CREATE_COMPLETE');
  expect(ledger.exportOf(at.account, at.region, 'topic-arn')).toBe('arn:aws:sns:eu-west-1:111111111111:news');
  expect(ledger.get(at.account, at.region, 'One')?.resources.Parameter?.properties.Value).toBe(
    'arn:aws:sns:eu-west-1:111111111111:news',
  );
  expect((await deployed(ledger, 'One', topic('news'))).changeSet.changes).toEqual([]);
  expect(new DiskLedger(new Layout(path.join(root, 'a'))).list()).toHaveLength(1);
});

test('a replacement reaches what refers to it', async () => {
  const ledger = new DiskLedger(new Layout(path.join(root, 'b')));
  await deployed(ledger, 'One', topic('news'));
  const { changeSet } = await deployed(ledger, 'One', topic('other'));
  expect(changeSet.changes.map(({ logicalId, action, replacement }) => ({ logicalId, action, replacement }))).toEqual([
    { logicalId: 'Topic', action: 'Modify', replacement: 'True' },
    { logicalId: 'Parameter', action: 'Modify', replacement: 'False' },
  ]);
});

test('a failed update puts everything back and leaves the ledger as it was', async () => {
  const ledger = new DiskLedger(new Layout(path.join(root, 'c')));
  const ensured: string[] = [];
  const provisioners: Provisioners = new Map([
    [
      'AWS::SSM::Parameter',
      {
        ensure: async ({ properties }) => {
          if (properties.Name === '/bad') throw new Error('no room');
          ensured.push(String(properties.Value));
          return { standing: 'real' as const };
        },
      },
    ],
  ]);
  const good = (value: string, second = '/second'): Template => ({
    Resources: {
      First: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/first', Type: 'String', Value: value } },
      Second: {
        Type: 'AWS::SSM::Parameter',
        DependsOn: 'First',
        Properties: { Name: second, Type: 'String', Value: 'x' },
      },
    },
  });
  await deployed(ledger, 'One', good('old'), provisioners);
  const { result } = await deployed(ledger, 'One', good('new', '/bad'), provisioners);
  expect(result).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', logicalId: 'Second', reason: 'no room' });
  // The failed resource is put back too, then what was updated before it.
  expect(ensured).toEqual(['old', 'x', 'new', 'x', 'old']);
  expect(ledger.get(at.account, at.region, 'One')?.resources.First?.properties.Value).toBe('old');
});

test('what could only be recorded is made as soon as its tool is here, though the template is the same', async () => {
  const ledger = new DiskLedger(new Layout(root));
  let here = false;
  const provisioners: Provisioners = new Map([
    [
      'AWS::SNS::Topic',
      {
        ensure: async () =>
          here
            ? { standing: 'real' as const }
            : { standing: 'recorded' as const, notRehearsed: 'needs a tool', missing: 'tool' },
      },
    ],
  ]);
  const topic = { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'later' } } };
  const first = await deployed(ledger, 'Later', { Resources: topic }, provisioners);
  expect(first.result).toMatchObject({ stack: { resources: { Topic: { standing: 'recorded', missing: 'tool' } } } });
  here = true;
  const second = await deployed(ledger, 'Later', { Resources: topic }, provisioners);
  expect(second.changeSet.changes).toEqual([]);
  const made = ledger.get('111111111111', 'eu-west-1', 'Later')?.resources.Topic;
  expect(made).toMatchObject({ standing: 'real' });
  expect(made).not.toHaveProperty('missing');
  expect(made).not.toHaveProperty('notRehearsed');
});

test('what could only be recorded is a record again when the deployment that would have made it fails', async () => {
  const ledger = new DiskLedger(new Layout(root));
  let here = false;
  const removed: string[] = [];
  const provisioners: Provisioners = new Map([
    [
      'AWS::SNS::Topic',
      {
        ensure: () =>
          here
            ? Promise.reject(new Error('the tool fails'))
            : Promise.resolve({ standing: 'recorded' as const, notRehearsed: 'needs a tool', missing: 'tool' }),
        remove: ({ logicalId }) => Promise.resolve(void removed.push(logicalId)),
      },
    ],
  ]);
  const template = { Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'never' } } } };
  await deployed(ledger, 'Never', template, provisioners);
  here = true;
  const { result } = await deployed(ledger, 'Never', template, provisioners);
  expect(result).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', reason: 'the tool fails' });
  expect(removed).toEqual(['Topic']);
  expect(ledger.get('111111111111', 'eu-west-1', 'Never')?.resources.Topic).toMatchObject({ missing: 'tool' });
});

test('a property that AWS does not know fails before anything is deployed', () => {
  const ledger = new DiskLedger(new Layout(path.join(root, 'd')));
  const template: Template = { Resources: { Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketNam: 'x' } } } };
  expect(() => computeChangeSet(request('One', template), ledger)).toThrow(
    't.json (Resources.Bucket.Properties.BucketNam): AWS::S3::Bucket Bucket: unknown property `BucketNam`; did you mean `BucketName`?',
  );
});

test('what EC2 makes together with a network has an id of its own form: AWS’s clients refuse another', async () => {
  const ledger = new DiskLedger(new Layout(path.join(root, 'e')));
  const network: Template = {
    Resources: { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } } },
    Outputs: {
      Group: { Value: { 'Fn::GetAtt': ['Vpc', 'DefaultSecurityGroup'] } },
      Acl: { Value: { 'Fn::GetAtt': ['Vpc', 'DefaultNetworkAcl'] } },
    },
  };
  const { result } = await deployed(ledger, 'One', network);
  expect(result).toMatchObject({
    stack: {
      outputs: {
        Group: { value: expect.stringMatching(/^sg-[0-9a-f]{17}$/) },
        Acl: { value: expect.stringMatching(/^acl-[0-9a-f]{17}$/) },
      },
    },
  });
});
