import { statementsOf, synthesizedWith } from './configured';
import { resources, synthesized } from './synthesized';

const templates = synthesized();
const variables = (stage: string, of = templates): Record<string, any> =>
  Object.fromEntries(
    resources(of[`${stage}/Contracts`], 'AWS::CodeBuild::Project')[0].Properties.Environment.EnvironmentVariables.map(
      (one: any) => [one.Name, one],
    ),
  );

test('dev deploys to a test network, prod to a main network, which its configuration names in words', () => {
  expect(variables('Dev')).toMatchObject({ NETWORK: { Value: 'sepolia' }, MAIN_NETWORK: { Value: 'no' } });
  expect(variables('Prod')).toMatchObject({ NETWORK: { Value: 'polygon' }, MAIN_NETWORK: { Value: 'yes' } });
});

test.each(['Dev', 'Prod'])(
  '%s: the registry is a parameter of the network, the key comes from Secrets Manager alone',
  (stage) => {
    const name = stage.toLowerCase();
    const { CONTRACTS, DEPLOYER_PRIVATE_KEY, CHAIN_RPC_URL } = variables(stage);
    const { parameter } = JSON.parse(CONTRACTS.Value).SAIONDO;
    expect(parameter).toBe(`/saiondo/${name}/contracts/${stage === 'Dev' ? 'sepolia' : 'polygon'}/SAIONDO`);
    expect(DEPLOYER_PRIVATE_KEY).toMatchObject({
      Type: 'SECRETS_MANAGER',
      Value: `saiondo/${name}/deployer:privateKey`,
    });
    expect(CHAIN_RPC_URL.Type).toBe('PARAMETER_STORE');
    const statements = statementsOf(templates[`${stage}/Contracts`], 'DeployBuildRole');
    const writes = statements.filter(({ Action }) => JSON.stringify(Action).includes('ssm:PutParameter'));
    expect(writes.flatMap(({ Resource }) => Resource)).toEqual([
      expect.stringMatching(new RegExp(`:parameter${parameter}$`)),
      expect.stringMatching(new RegExp(`:parameter${parameter}/address$`)),
    ]);
    const secrets = statements.filter(({ Action }) => JSON.stringify(Action).includes('secretsmanager:GetSecretValue'));
    expect(JSON.stringify(secrets.map(({ Resource }) => Resource))).toMatch(
      new RegExp(`^(?!.*\\*).*secret:saiondo/${name}/deployer-\\?{6}`),
    );
  },
);

test('the explorer is asked where a key is given, the chain always', () => {
  expect(variables('Prod').ETHERSCAN_KEY).toBeUndefined();
  const all = synthesizedWith({ 'environments.prod.contracts.explorer': true });
  expect(variables('Prod', all).ETHERSCAN_KEY).toMatchObject({
    Type: 'SECRETS_MANAGER',
    Value: 'saiondo/prod/deployer:explorerKey',
  });
  const [project] = resources(templates['Prod/Contracts'], 'AWS::CodeBuild::Project');
  expect(project.Properties.Source.BuildSpec).toContain('contracts.js');
});
