import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { CloudFormation } from '../../engine/cloudformation/cloudformation';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { nestedStackProvisioner } from '../../engine/cloudformation/nested-stack';
import type { LocalAws } from '../../engine/ports/local-aws';
import type { Provisioner } from '../../engine/ports/provisioner';
import { Layout } from '../../model/layout';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-nested-role-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const AT = { account: '111111111111', region: 'eu-west-1', stackName: 'Parent' };
const ROLE = 'arn:aws:iam::111111111111:role/deploys';
const PARENT = {
  Resources: {
    Child: {
      Type: 'AWS::CloudFormation::Stack',
      Properties: { TemplateURL: 'https://s3.eu-west-1.amazonaws.com/b/c' },
    },
  },
};
const CHILD = JSON.stringify({ Resources: { Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } } } });

/** Deploys the parent with a role, and deletes it. @param denied a type that the role may not make */
async function deployed(name: string, denied?: string): Promise<{ asked: string[]; said: string }> {
  const layout = new Layout(path.join(root, name));
  const asked: string[] = [];
  const provisioners = new Map<string, Provisioner>();
  const emit = (): void => undefined;
  const cloudFormation = new CloudFormation({
    layout,
    ledger: new DiskLedger(layout),
    provisioners,
    local: {} as LocalAws,
    permits: {
      resource: async (role, { type, operation }) => {
        asked.push(`${role} ${operation} ${type}`);
        return type === denied ? `${role} is not authorized to make ${type}` : undefined;
      },
      stack: () => undefined,
    },
  });
  provisioners.set(
    'AWS::CloudFormation::Stack',
    nestedStackProvisioner({ cloudFormation, emit, readTemplate: () => Promise.resolve(CHILD) }),
  );
  const changeSet = await cloudFormation.prepare({ ...AT, template: PARENT, file: 'parent.json', tags: {} });
  const caller = { emit, environment: 'Dev', roleArn: ROLE };
  const result = await cloudFormation.execute(changeSet, caller);
  await cloudFormation.remove(AT, caller);
  return { asked, said: 'reason' in result ? result.reason : '' };
}

test('what a nested stack consists of is made and deleted with its parent’s role', async () => {
  expect(await deployed('made')).toEqual({
    asked: [
      `${ROLE} create AWS::CloudFormation::Stack`,
      `${ROLE} create AWS::SNS::Topic`,
      `${ROLE} delete AWS::CloudFormation::Stack`,
      `${ROLE} delete AWS::SNS::Topic`,
    ],
    said: '',
  });
});

test('a resource of a nested stack that the parent’s role may not make fails the parent', async () => {
  const { said } = await deployed('denied', 'AWS::SNS::Topic');
  expect(said).toMatch(/Embedded stack arn:.* was not successfully created: .*\[Topic\]\. .*is not authorized to make/);
});
