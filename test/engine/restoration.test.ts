import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { restoreResources } from '../../engine/cloudformation/restoration';
import { Layout } from '../../model/layout';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-restoration-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const token = '{{resolve:secretsmanager:github-token:SecretString:::}}';
const at = { account: '111111111111', region: 'eu-west-1', stackName: 'App' };

function ledgerWith(type: string): DiskLedger {
  const ledger = new DiskLedger(new Layout(fs.mkdtempSync(path.join(root, 'l-'))));
  const resource = { logicalId: 'One', type, physicalId: 'one', properties: { Token: token }, standing: 'recorded' };
  ledger.put({
    ...at,
    stackId: 'id',
    status: 'CREATE_COMPLETE',
    template: {},
    parameters: {},
    tags: {},
    outputs: {},
    resources: { One: resource as never },
    updatedAt: '2026-01-01T00:00:00.000Z',
  });
  return ledger;
}
const ensured: unknown[] = [];
const restore = (type: string): Promise<void> =>
  restoreResources({
    ledger: ledgerWith(type),
    provisioners: new Map([
      [
        type,
        {
          ensure: async ({ properties }) => {
            ensured.push(properties);
            return { standing: 'recorded' as const };
          },
        },
      ],
    ]),
    dynamicReferences: () => Promise.reject(new Error('the secret github-token does not exist')),
    emit: () => undefined,
  });

// A GitHub source of version 1 names the secret of its token; on this machine a repository stands in for the source.
test('a pipeline is brought back without the token of its source', async () => {
  await restore('AWS::CodePipeline::Pipeline');
  expect(ensured).toEqual([{ Token: token }]);
});

test('anything else needs the secrets that it names', async () => {
  await expect(restore('AWS::RDS::DBInstance')).rejects.toThrow('the secret github-token does not exist');
});
