import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { computeChangeSet } from '../../engine/cloudformation/change-set';
import { deleteStack } from '../../engine/cloudformation/deletion';
import { deploy } from '../../engine/cloudformation/deployment';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import type { DeploymentHost } from '../../engine/cloudformation/ensure-resource';
import type { Template } from '../../engine/cloudformation/template/template';
import { NO_ISOLATION } from '../../engine/isolation/plain';
import { customResourceProvisioners } from '../../engine/resources/custom-resources';
import { Layout } from '../../model/layout';

// Custom resources whose function's code stands in the template: the function really runs, in a process of its own.
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-function-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
const at = { account: '111111111111', region: 'eu-west-1', stackName: 'Stack' };
const called = path.join(root, 'called.txt');

const template = (code: string, text: string, runtime = 'nodejs24.x'): Template => ({
  Resources: {
    Function: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Runtime: runtime,
        Handler: 'index.handler',
        Role: 'arn:aws:iam::111111111111:role/x',
        Timeout: 20,
        Code: { ZipFile: code },
        Environment: { Variables: { CALLED: called } },
      },
    },
    Custom: {
      Type: 'Custom::Thing',
      Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, Text: text, Number: 1 },
    },
  },
  Outputs: { Said: { Value: { 'Fn::GetAtt': ['Custom', 'Said'] } } },
});
const answering = `
const response = require('cfn-response');
exports.handler = async (event, context) => {
  const { RequestType, ResourceProperties: { Text, Number }, OldResourceProperties, PhysicalResourceId } = event;
  require('fs').appendFileSync(process.env.CALLED, [RequestType, Text, typeof Number, OldResourceProperties?.Text ?? '-', PhysicalResourceId ?? '-'].join(' ') + '\\n');
  if (Text === 'bad') throw new Error('never answers');
  if (Text === 'refused') return response.send(event, context, response.FAILED, {});
  await response.send(event, context, response.SUCCESS, { Said: 'heard ' + Text }, 'thing');
};`;

function host(folder: string): DeploymentHost {
  const provisioners = new Map(
    customResourceProvisioners({
      endpoint: { endpointUrl: '', credentials: () => ({ accessKeyId: '', secretAccessKey: '' }) },
      environment: () => ({ PATH: process.env.PATH ?? '' }),
      isolation: () => NO_ISOLATION,
      network: { expose: async () => undefined, conceal: async () => undefined },
      end: () => undefined,
      putParameter: async () => undefined,
      deleteParameter: async () => undefined,
    }),
  );
  const ledger = new DiskLedger(new Layout(path.join(root, folder)));
  return { ledger, provisioners, emit: () => undefined, environment: 'test' };
}

async function deployed(one: DeploymentHost, code: string, text: string, runtime?: string) {
  const request = { ...at, template: template(code, text, runtime), file: 't.json', parameters: {}, tags: {} };
  return deploy(computeChangeSet(request, one.ledger), one);
}

test('an inline function is called for creation, update and deletion, and what it answers is the resource', async () => {
  const one = host('answering');
  expect(await deployed(one, answering, 'a')).toMatchObject({
    status: 'CREATE_COMPLETE',
    stack: {
      outputs: { Said: { value: 'heard a' } },
      resources: { Custom: { physicalId: 'thing', standing: 'real' } },
    },
  });
  expect(await deployed(one, answering, 'b')).toMatchObject({ stack: { outputs: { Said: { value: 'heard b' } } } });
  await deleteStack(at, one);
  expect(fs.readFileSync(called, 'utf8').trim().split('\n')).toEqual([
    'Create a string - -',
    'Update b string a thing',
    'Delete b string - thing',
  ]);
}, 180_000);

test('a function that fails or does not answer fails the resource, with what it said', async () => {
  expect(await deployed(host('refused'), answering, 'refused')).toMatchObject({
    status: 'ROLLBACK_FAILED',
    logicalId: 'Custom',
    reason: expect.stringContaining('Received response status [FAILED] from custom resource'),
  });
  expect(await deployed(host('bad'), answering, 'bad')).toMatchObject({
    logicalId: 'Custom',
    reason: expect.stringMatching(/did not receive a response from your Custom Resource[^]*never answers/),
  });
}, 180_000);

test('a function that cannot run here is named and nothing is made up of it', async () => {
  const result = await deployed(host('java'), 'class Handler {}', 'a', 'java21');
  expect(result).toMatchObject({
    status: 'CREATE_COMPLETE',
    stack: {
      resources: {
        Custom: {
          notRehearsed: 'Custom::Thing: the function behind its ServiceToken cannot be called: it runs in java21',
        },
      },
    },
  });
  const needs = await deployed(host('sdk'), "require('@aws-sdk/client-nonesuch');", 'a');
  expect(needs).toMatchObject({
    stack: { resources: { Custom: { notRehearsed: expect.stringContaining('needs @aws-sdk/client-nonesuch') } } },
  });
}, 180_000);
