import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import execa from 'execa';
import type { RunEvent } from '../../model/events';
import { RecordedNetwork } from '../fixtures/recorded-network';
import { machineHas } from '../fixtures/requires';
import { prepareCommandLine, SMALL_ACCOUNT, SMALL_REGION } from '../fixtures/served-rehearsal';
import { makeRepository, SMALL_REPOSITORY, writeAssembly } from '../fixtures/small-pipeline';

/**
 * Builds with clients of AWS that know nothing of a local endpoint, in a rehearsal whose every packet is recorded: each call is answered here or
 * refused by the name of tool and host, and nothing leaves but what package registries are asked for.
 */
const here = machineHas('packets') && machineHas('namespaces');
if (!here)
  process.stderr.write(
    'packets.test.ts is left out: it records packets as root, with tcpdump and iproute2, on Linux\n',
  );
const recorded = here ? test : test.skip;
const COMMAND = path.join(__dirname, '../../dist/bin/saiondo.js');
const REGISTRIES = new Set(['registry.npmjs.org', 'pypi.org', 'files.pythonhosted.org']);
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-packets-'));
const directory = path.join(root, 'project');
let network: RecordedNetwork | undefined;
let all = '';

const NODE = `
const AWS = require('aws-sdk');
AWS.config.update({ region: '${SMALL_REGION}' });
(async () => {
  console.log('account', (await new AWS.STS({ region: 'us-west-2' }).getCallerIdentity().promise()).Account);
  const s3 = new AWS.S3({ region: 'eu-west-1' });
  await s3.createBucket({ Bucket: 'of-sdk-2' }).promise();
  await s3.putObject({ Bucket: 'of-sdk-2', Key: 'a/b', Body: 'kept' }).promise();
  console.log('object', String((await s3.getObject({ Bucket: 'of-sdk-2', Key: 'a/b' }).promise()).Body));
  const sqs = new AWS.SQS();
  const { QueueUrl } = await sqs.createQueue({ QueueName: 'of-sdk-2' }).promise();
  await sqs.sendMessage({ QueueUrl, MessageBody: 'hello' }).promise();
  console.log('message', (await sqs.receiveMessage({ QueueUrl }).promise()).Messages[0].Body);
  // SQS's own address, as AWS writes it.
  const real = 'https://sqs.${SMALL_REGION}.amazonaws.com/${SMALL_ACCOUNT}/of-sdk-2';
  await sqs.sendMessage({ QueueUrl: real, MessageBody: 'again' }).promise();
  console.log('again', 'sent');
})().catch((error) => { console.log('FAILED', error); process.exit(1); });
`;
const PYTHON = `
import boto3
print('account', boto3.client('sts', region_name='us-west-2').get_caller_identity()['Account'])
s3 = boto3.client('s3', region_name='eu-west-1')
s3.create_bucket(Bucket='of-boto', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
s3.put_object(Bucket='of-boto', Key='a', Body=b'kept')
print('object', s3.get_object(Bucket='of-boto', Key='a')['Body'].read().decode())
sqs = boto3.client('sqs', region_name='${SMALL_REGION}')
url = sqs.create_queue(QueueName='of-boto')['QueueUrl']
sqs.send_message(QueueUrl=url, MessageBody='hello')
print('message', sqs.receive_message(QueueUrl=url)['Messages'][0]['Body'])
`;
/** What speaks no HTTP, has no name, or is somebody's resource. */
const RAW = `
import socket, struct
def try_tcp(host, port):
    try:
        s = socket.create_connection((host, port), 3)
        s.settimeout(3)
        s.sendall(b'hello\\n\\n')
        print('tcp', host, port, 'got', s.recv(100))
    except OSError as error:
        print('tcp', host, port, 'not reached', error)
for host, port in [('52.94.133.131', 443), ('52.94.133.131', 8000), ('169.254.169.254', 80), ('169.254.170.2', 80), ('mydb.abcdefgh.us-east-1.rds.amazonaws.com', 5432), ('email-smtp.us-east-1.amazonaws.com', 587)]:
    try_tcp(host, port)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.settimeout(2)
u.sendto(b'\\x12\\x34\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x03sts\\x09amazonaws\\x03com\\x00\\x00\\x01\\x00\\x01', ('8.8.8.8', 53))
try:
    answer = u.recv(512)
    print('udp answered by the rehearsal at most', len(answer))
except OSError as error:
    print('udp not answered', error)
for host in ['8.8.8.8', '52.94.133.131']:
    u.sendto(b'x', (host, 123))
print('done')
`;
/** Java trusts a list of its own, and reads no variable that names a bundle. */
const JAVA = `
import java.net.URI;
import java.net.http.*;
public class Ask {
  public static void main(String[] args) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("https://sts.us-west-2.amazonaws.com/"))
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString("Action=GetCallerIdentity&Version=2011-06-15")).build();
    var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    System.out.println("java " + answer.statusCode() + " " + answer.body().replaceAll("\\s+", " "));
  }
}
`;
const TEMPLATE = JSON.stringify({
  Resources: { T: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'of-old-cli' } } },
});

const FILES: Readonly<Record<string, string>> = {
  'v2.js': NODE,
  'old.py': PYTHON,
  'raw.py': RAW,
  'Ask.java': JAVA,
  'asset.txt': 'an asset',
  'assets.json': JSON.stringify({
    version: '20.0.0',
    files: {
      asset: {
        source: { path: 'asset.txt', packaging: 'file' },
        destinations: {
          here: {
            bucketName: `cdk-hnb659fds-assets-${SMALL_ACCOUNT}-${SMALL_REGION}`,
            objectKey: 'asset.txt',
            region: SMALL_REGION,
          },
        },
      },
    },
  }),
  'out/manifest.json': JSON.stringify({
    version: '34.0.0',
    artifacts: {
      old: {
        type: 'aws:cloudformation:stack',
        environment: `aws://${SMALL_ACCOUNT}/${SMALL_REGION}`,
        properties: { templateFile: 'old.template.json', validateOnSynth: false },
      },
    },
  }),
  'out/old.template.json': TEMPLATE,
};
const ACCOUNT = `account ${SMALL_ACCOUNT}`;

/** Each build, what its log says of an answer, and what is refused, by tool and host. */
const BUILDS: Readonly<
  Record<string, { readonly commands: readonly string[]; readonly says: readonly (string | RegExp)[] }>
> = {
  Sdk2: {
    commands: ['npm install --silent --no-audit --no-fund aws-sdk@2.1400.0', 'node v2.js 2>&1 | grep -v NOTE'],
    says: [ACCOUNT, 'object kept', 'message hello', 'again sent'],
  },
  CdkAssets2: {
    commands: ['npx --yes cdk-assets@2.100.0 --path assets.json publish', 'aws s3 ls "s3://cdk-hnb659fds-assets-$OF"'],
    says: [/asset\.txt/],
  },
  Cdk2100: {
    commands: [
      'npx --yes aws-cdk@2.100.0 deploy old --app out --require-approval never --no-notices --ci',
      'aws cloudformation describe-stacks --stack-name old --query "Stacks[0].StackStatus" --output text',
    ],
    says: ['CREATE_COMPLETE'],
  },
  Boto: {
    commands: ['python3 -m pip install --quiet --target old boto3==1.26.165', 'PYTHONPATH=old python3 old.py'],
    says: [ACCOUNT, 'object kept', 'message hello'],
  },
  AwsCli1: {
    commands: [
      'python3 -m pip install --quiet --target cli awscli==1.32.0',
      // As one that does not know the variable.
      'unset AWS_ENDPOINT_URL; export PYTHONPATH=cli',
      'echo "account $(python3 -m awscli sts get-caller-identity --query Account --output text --region us-west-2)"',
      'python3 -m awscli s3 mb s3://of-cli-1 --region eu-west-1',
      'python3 -m awscli s3 cp old.py s3://of-cli-1/old.py --region eu-west-1',
    ],
    says: [ACCOUNT, /upload: .*old\.py/],
  },
  ...(machineHas('java')
    ? { Java: { commands: ['java Ask.java'], says: [/java 403 .*MissingAuthenticationToken/] } }
    : {}),
  Curl: {
    commands: [
      ...['sts.us-west-2.amazonaws.com', 'dynamodb.eu-west-3.amazonaws.com', 'ssm.us-gov-west-1.amazonaws.com'].map(
        (host) =>
          `curl -s -m 20 -o answer -w "${host} %{http_code} %{ssl_verify_result}\\n" https://${host}/ -d Action=GetCallerIdentity || true`,
      ),
      'curl -s -m 20 -o answer -w "resolved %{http_code}\\n" --resolve sts.amazonaws.com:443:52.94.133.131 https://sts.amazonaws.com/',
      'curl -s -m 20 -o answer -w "plain %{http_code}\\n" http://sqs.us-east-1.amazonaws.com/',
      'curl -s -m 20 -o answer -w "database %{http_code}\\n" https://mydb.abcdefgh.us-east-1.rds.amazonaws.com/ || true',
      'curl -s -m 20 -o answer -w "metadata %{http_code}\\n" http://169.254.169.254/latest/meta-data/ || true',
      'curl -s -m 20 -k -o answer -w "address %{http_code}\\n" https://52.94.133.131/ || true',
      'git clone https://git-codecommit.us-east-1.amazonaws.com/v1/repos/x 2>&1 || true',
      'python3 raw.py',
    ],
    says: [
      'sts.us-west-2.amazonaws.com 403 0',
      /dynamodb\.eu-west-3\.amazonaws\.com 4\d\d 0/,
      'ssm.us-gov-west-1.amazonaws.com 4',
      /resolved 4\d\d/,
      /plain 4\d\d/,
      'database 000',
      'metadata 000',
      'address 000',
      /Refused: .*mydb\.abcdefgh\.us-east-1\.rds\.amazonaws\.com/,
      /Refused: .*169\.254\.169\.254/,
      /Refused: .*52\.94\.133\.131/,
      'tcp 52.94.133.131 8000 not reached',
      'done',
    ],
  },
};

beforeAll(async () => {
  if (!here) return;
  fs.mkdirSync(path.join(root, 'person'));
  writeAssembly(path.join(directory, 'cdk.out'), {
    stages: {
      Ask: Object.entries(BUILDS).map(([name, { commands }]) => ({
        name,
        commands,
        ...(name === 'Cdk2100' ? { project: { ServiceRole: { 'Fn::GetAtt': ['DeployRole', 'Arn'] } } } : {}),
        environment: { OF: `${SMALL_ACCOUNT}-${SMALL_REGION}` },
      })),
    },
  });
  // Its own role, in the stack: it may deploy.
  const file = path.join(directory, 'cdk.out/small-stack.template.json');
  const template = JSON.parse(fs.readFileSync(file, 'utf8')) as { Resources: Record<string, unknown> };
  const PolicyDocument = { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  template.Resources.DeployRole = {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: 'deploys',
      AssumeRolePolicyDocument: {
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'codebuild.amazonaws.com' } }],
      },
      Policies: [{ PolicyName: 'all', PolicyDocument }],
    },
  };
  fs.writeFileSync(file, JSON.stringify(template));
  await makeRepository(path.join(directory, 'repo'), FILES);
  await prepareCommandLine();
  network = await RecordedNetwork.open(root, REGISTRIES);
  ({ all = '' } = await network.run(
    process.execPath,
    [COMMAND, 'rehearse', '--assembly', 'cdk.out', '--source', `${SMALL_REPOSITORY}=repo`, '--no-containers'],
    {
      cwd: directory,
      reject: false,
      all: true,
      extendEnv: false,
      env: {
        PATH: process.env.PATH,
        HOME: path.join(root, 'person'),
        HTTPS_PROXY: network.proxyUrl,
        SAIONDO_TOOLS_DIR: process.env.SAIONDO_TOOLS_DIR ?? path.join(__dirname, '../../.saiondo/tools'),
      },
    },
  ));
}, 600_000);

afterAll(async () => {
  await network?.close();
  await execa('chmod', ['-R', 'u+rwX', root], { reject: false });
  fs.rmSync(root, { recursive: true, force: true });
});

const runFolder = (): string => {
  const runs = path.join(directory, '.saiondo/runs');
  return path.join(runs, fs.readdirSync(runs)[0] ?? '');
};
const logOf = (action: string): string => {
  const builds = path.join(runFolder(), 'builds');
  const name = fs.readdirSync(builds).find((one) => one.startsWith(`small-Ask-${action}-`)) ?? '';
  return fs.readFileSync(path.join(builds, name, 'log.txt'), 'utf8');
};
const events = (): RunEvent[] =>
  fs
    .readFileSync(path.join(runFolder(), 'events.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as RunEvent);

recorded.each(Object.entries(BUILDS))('%s is answered here', (name, { says }) => {
  const log = logOf(name);
  const ended = events().find((event) => event.kind === 'action.ended' && event.action === name);
  const status = ended?.kind === 'action.ended' ? ended.status : 'never ended';
  expect({ status, log: status === 'Succeeded' ? '' : log }).toEqual({ status: 'Succeeded', log: '' });
  for (const one of says) expect(log).toMatch(one);
});

recorded('a refusal is said of the run, by tool and host', () => {
  expect(all).toMatch(/curl.*mydb\.abcdefgh\.us-east-1\.rds\.amazonaws\.com/);
  expect(all).toMatch(/python3?.*52\.94\.133\.131/);
});

recorded(
  'no packet leaves but to the package registries',
  async () => {
    expect(await network?.leaked()).toEqual([]);
    expect(await network?.packets()).toBeGreaterThan(1000);
    expect([...(network?.asked ?? [])].filter((host) => !REGISTRIES.has(host))).toEqual([]);
    expect([...(network?.asked ?? [])]).toContain('registry.npmjs.org');
  },
  120_000,
);
