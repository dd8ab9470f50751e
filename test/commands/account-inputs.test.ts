import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { readInputs } from '../../commands/input/account-inputs';
import { listPipeline } from '../../commands/rehearse/list-pipeline';
import { assemblyOfTemplate } from '../../engine/assembly/plain-template';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { NO_INPUTS, type AccountInputs } from '../../engine/ports/account-inputs';
import { Layout } from '../../model/layout';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-inputs-'));
afterAll(() => fs.rmSync(root, { recursive: true }));
const none = { parameter: [], parameterStore: [], secret: [] };
let count = 0;

function file(content: string): string {
  const name = path.join(root, `inputs-${++count}.yaml`);
  fs.writeFileSync(name, content);
  return name;
}

test('without a file and options nothing is given', () => {
  expect(readInputs(path.join(root, 'none.yaml'), none)).toEqual({ inputs: NO_INPUTS, sources: [] });
});

test('a file gives everything; an option wins over it; @FILE is what the file holds', () => {
  const name = file(
    [
      "account: '012345678901'",
      'region: eu-west-1',
      'parameters: { Environment: test, Count: 3 }',
      'parameterStore: { /shop/zone: example.com }',
      'secrets: { sonar: { token: abc }, plain: text }',
      'sources: { acme/shop: ../shop }',
    ].join('\n'),
  );
  fs.writeFileSync(path.join(root, 'token.txt'), 'from a file');
  const words = { ...none, parameter: ['Environment=prod=1'], secret: [`plain=@${path.join(root, 'token.txt')}`] };
  expect(readInputs(name, words)).toEqual({
    inputs: {
      account: '012345678901',
      region: 'eu-west-1',
      parameters: { Environment: 'prod=1', Count: '3' },
      parameterStore: { '/shop/zone': 'example.com' },
      secrets: { sonar: '{"token":"abc"}', plain: 'from a file' },
    },
    sources: ['acme/shop=../shop'],
  });
});

test.each([
  ['account: 12', 'expected an account’s twelve digits', 'account'],
  ['parameter: { a: b }', 'Unrecognized key: "parameter"', 'parameter'],
  ['secrets: [a]', 'Invalid input: expected record, received array', 'secrets'],
])('a file with %s is refused with its key', (content, message, at) => {
  const wrong = file(`region: eu-west-1\n${content}\n`);
  expect(() => readInputs(wrong, none)).toThrow(
    expect.objectContaining({ code: 'INPUTS_INVALID', message, where: expect.objectContaining({ path: at, line: 2 }) }),
  );
});

test('an option without = or twice is wrong usage', () => {
  expect(() => readInputs('none', { ...none, secret: ['sonar'] })).toThrow('--secret sonar is not NAME=VALUE');
  expect(() => readInputs('none', { ...none, parameter: ['A=1', 'A=2'] })).toThrow('--parameter names A twice');
  expect(() => readInputs('none', { ...none, account: '1' })).toThrow('--account 1 is not');
});

const TEMPLATE = `
Parameters:
  Environment: { Type: String }
  Zone: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /shop/zone }
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Action: sts:AssumeRole, Principal: { Service: codebuild.amazonaws.com } }] } } }
  Bucket: { Type: AWS::S3::Bucket }
  Made: { Type: AWS::SSM::Parameter, Properties: { Name: /shop/made, Type: String, Value: !Sub '{{resolve:secretsmanager:database:SecretString:password}}' } }
  Project:
    Type: AWS::CodeBuild::Project
    Properties:
      Name: !Sub 'build-\${Environment}'
      ServiceRole: !GetAtt Role.Arn
      Artifacts: { Type: CODEPIPELINE }
      Environment:
        ComputeType: BUILD_GENERAL1_SMALL
        Type: LINUX_CONTAINER
        Image: aws/codebuild/standard:7.0
        EnvironmentVariables:
          - { Name: A, Type: PARAMETER_STORE, Value: /shop/made }
          - { Name: B, Type: PARAMETER_STORE, Value: /shop/other }
      Source:
        Type: CODEPIPELINE
        BuildSpec: |
          version: 0.2
          env: { secrets-manager: { TOKEN: 'sonar:token' } }
          phases: { build: { commands: [env] } }
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Name: shop
      RoleArn: !GetAtt Role.Arn
      ArtifactStore: { Type: S3, Location: !Ref Bucket }
      Stages:
        - Name: Source
          Actions:
            - Name: Source
              ActionTypeId: { Category: Source, Owner: AWS, Provider: CodeCommit, Version: '1' }
              OutputArtifacts: [{ Name: Source }]
              Configuration: { RepositoryName: Shop, BranchName: main }
        - Name: Build
          Actions:
            - Name: Build
              ActionTypeId: { Category: Build, Owner: AWS, Provider: CodeBuild, Version: '1' }
              InputArtifacts: [{ Name: Source }]
              Configuration: { ProjectName: !Ref Project }
`;

async function list(inputs: AccountInputs, sources = new Map<string, { path: string }>()): Promise<string[]> {
  const template = path.join(root, 'shop-pipeline.yaml');
  fs.writeFileSync(template, TEMPLATE);
  return listPipeline({
    ledger: new DiskLedger(new Layout(path.join(root, 'state'))),
    assembly: async () => assemblyOfTemplate(template, path.join(root, 'template')),
    fixedAssembly: true,
    sources,
    containers: false,
    inputs,
  });
}

test('a plain template is a way in, and everything that is missing is listed at once, with the lines to add', async () => {
  expect(await list(NO_INPUTS)).toEqual([
    'Source',
    '    1 Source  CodeCommit  not rehearsed: needs --source Shop=PATH',
    'Build',
    '    1 Build  CodeBuild    not rehearsed: depends on Source/Source (--source Shop=PATH)',
    'missing; add to the command:',
    '  --parameter Environment=VALUE        needed by stack shop-pipeline',
    '  --parameter-store /shop/zone=VALUE   needed by stack shop-pipeline',
    '  --secret database=VALUE              needed by stack shop-pipeline, Made',
    '  --source Shop=PATH                   needed by Source/Source',
    '  --parameter-store /shop/other=VALUE  needed by Build/Build',
    '  --secret sonar=VALUE                 needed by Build/Build',
    'or to .saiondo/inputs.yaml:',
    '  parameters:',
    '    "Environment": VALUE',
    '  parameterStore:',
    '    "/shop/zone": VALUE',
    '    "/shop/other": VALUE',
    '  secrets:',
    '    "database": VALUE',
    '    "sonar": VALUE',
    '  sources:',
    '    "Shop": PATH',
    'the app leaves its account open: 000000000000 is used; --account ID names another',
    'the app leaves its region open: us-east-1 is used; --region REGION names another',
  ]);
});

test('what is given is not missing', async () => {
  const inputs = {
    account: '111111111111',
    region: 'eu-west-1',
    parameters: { 'shop-pipeline:Environment': 'test' },
    parameterStore: { '/shop/zone': 'z', '/shop/other': 'o' },
    secrets: { 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:database-AbCdEf': 'd', sonar: 's' },
  };
  expect(await list(inputs, new Map([['Shop', { path: root }]]))).toEqual([
    'Source',
    '    1 Source  CodeCommit',
    'Build',
    '    1 Build  CodeBuild',
  ]);
});

test('a parameter that no stack has is refused with the nearest name', async () => {
  await expect(list({ ...NO_INPUTS, parameters: { Enviroment: 'test' } })).rejects.toMatchObject({
    code: 'PARAMETER_UNKNOWN',
    next: expect.stringContaining('did you mean Environment?'),
  });
});

test('SAM is said', () => {
  const name = path.join(root, 'sam.yaml');
  fs.writeFileSync(
    name,
    'Transform: AWS::Serverless-2016-10-31\nResources: { F: { Type: AWS::Serverless::Function } }\n',
  );
  expect(() => assemblyOfTemplate(name, path.join(root, 'sam'))).toThrow('is a SAM template');
  expect(() => assemblyOfTemplate(path.join(root, 'no.yaml'), root)).toThrow('cannot be read');
});
