import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { randomBytes } from 'node:crypto';
import { rehearse } from '../../engine/rehearsal/rehearsal';
import { KnownSecrets } from '../../engine/secrets/known-secrets';
import type { RunState } from '../../model/run-state';
import { Layout } from '../../model/layout';
import { renderReport } from '../../views/report/report';
import { ofProcess } from '../fixtures/processes';
import { makeRepository, SMALL_REPOSITORY, writeAssembly, type SmallAction } from '../fixtures/small-pipeline';

// A run of builds that print, export, fail with and report their secrets: none of it may be where a person or a program reads later.
const TOOLS = process.env.SAIONDO_TOOLS_DIR ?? path.join(__dirname, '../../.saiondo/tools');
const ACCOUNT = '111111111111';
const REGION = 'ap-northeast-2';
const PASSWORD = 'pä"ss/w+ö\\rd&<ü>%d1';
const API_KEY = 'k3y-of-the-api-77';
const TOKEN = 'tok:en+with=signs 42';
const KEY_LINES = [
  '-----BEGIN KEY-----',
  ...[1, 2, 3].map((n) => `line${n}${'x'.repeat(20)}${n}`),
  '-----END KEY-----',
];
const BUNDLE = `LEAKMARKER${randomBytes(45_000).toString('base64')}`;
const SECRETS = [PASSWORD, API_KEY, TOKEN, ...KEY_LINES.slice(1, 4), 'LEAKMARKER', 'generated-by-no-echo-9'];

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-secrets-'));
const layout = new Layout(path.join(root, '.saiondo'), TOOLS);
let state: RunState;
let report: string;
const said: string[] = [];

/** A build of a project with these secrets as variables. */
function build(name: string, commands: readonly string[], more: Partial<SmallAction> = {}): SmallAction {
  return {
    name,
    commands,
    ...more,
    project: {
      Environment: {
        Type: 'LINUX_CONTAINER',
        ComputeType: 'BUILD_GENERAL1_SMALL',
        Image: 'aws/codebuild/standard:7.0',
        EnvironmentVariables: [
          { Name: 'PW', Type: 'SECRETS_MANAGER', Value: 'app/db:password' },
          { Name: 'WHOLE', Type: 'SECRETS_MANAGER', Value: 'app/db' },
          { Name: 'PARAM', Type: 'PARAMETER_STORE', Value: '/app/token' },
          { Name: 'KEY', Type: 'SECRETS_MANAGER', Value: 'app/key' },
          { Name: 'BUNDLE', Type: 'SECRETS_MANAGER', Value: 'app/bundle' },
        ],
      },
    },
  };
}

const python = (code: string): string =>
  `python3 -c 'import os,json,base64,urllib.parse as u;v=os.environ["PW"];${code}'`;

/** Command lines that were seen while the pipeline ran and show a secret. */
const exposed = new Set<string>();
function lookAtProcesses(): void {
  for (const pid of fs.existsSync('/proc') ? fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []) {
    const line = ofProcess(pid, 'cmdline') ?? '';
    if (shown(line).length > 0) exposed.add(line.split('\0')[0] ?? '');
  }
}

beforeAll(async () => {
  const timer = setInterval(lookAtProcesses, 100);
  const repository = path.join(root, 'repository');
  await makeRepository(repository, {
    'template.json': JSON.stringify({
      Parameters: { Hidden: { Type: 'String', NoEcho: true, Default: 'generated-by-no-echo-9', AllowedPattern: '.*' } },
      Resources: {
        Bad: { Type: 'AWS::SNS::Topic', Properties: { TopicName: { Ref: 'Hidden' }, Nope: { Ref: 'Hidden' } } },
      },
    }),
  });
  writeAssembly(path.join(root, 'cdk.out'), {
    stages: {
      Forms: [
        build('Masked', [
          'printf "raw %s\\n" "$PW"',
          'echo "param $PARAM"',
          'printf "%s" "$KEY" | tr "\\n" "|"',
          'printf "%s\\n" "$KEY"',
          'printf "%.9s" "$PW"; sleep 0.05; printf "%s" "${PW#?????????}"; echo',
          'set -x; : "$PARAM"; set +x',
          'printf "%s\\n" "$BUNDLE"',
          'printf "%s" "$BUNDLE" | head -c 30000; sleep 0.05; printf "%s\\n" "$BUNDLE" | tail -c +30001',
        ]),
        build('Encoded', [
          'printf "%s" "$PW" | base64 -w0; echo',
          'printf "user:%s" "$PW" | base64 -w0; echo',
          'printf "u:%s" "$PARAM" | base64 -w0; echo',
          python('print(u.quote(v,safe=""))'),
          python('print(u.quote_plus(v))'),
          python('print(json.dumps(v))'),
          python('print(v.encode().hex())'),
          python('print(v[::-1])'),
          python('print(json.loads(os.environ["WHOLE"])["apiKey"])'),
        ]),
        build(
          'Exported',
          [
            'OUT="see $PARAM"; SPEC="$SPECSECRET"; touch "file-$PARAM"',
            `printf '<testsuite name="%s"><testcase name="t %s"><failure message="m">password %s in clear</failure></testcase></testsuite>' "$SPECSECRET" "$SPECSECRET" "$SPECSECRET" > junit.xml`,
          ],
          {
            namespace: 'F',
            output: 'Files',
            buildspec: {
              env: {
                'secrets-manager': { SPECSECRET: 'app/db:apiKey' },
                'exported-variables': ['OUT', 'SPEC', 'PW', 'PARAM'],
              },
              reports: { r: { files: ['junit.xml'], 'file-format': 'JUNITXML' } },
            },
          },
        ),
      ],
      Uses: [
        // What was exported comes through to a later action as CodePipeline passes it on.
        { name: 'Takes', commands: ['test "$GIVEN" = "see tok:en+with=signs 42"'], environment: { GIVEN: '#{F.OUT}' } },
      ],
      Fails: [
        build('Fail', [
          "python3 -c \"import os; raise SystemExit(chr(98)+os.environ['PW']+' '+os.environ['BUNDLE'])\"",
        ]),
        build('Encodes', [python('raise SystemExit(base64.b64encode(v.encode()).decode())')]),
        build('Says', [`deploy --password ${API_KEY} >/dev/null`]),
        { name: 'Deploy', deploys: { stackName: 'topic', template: 'template.json' } },
      ],
    },
  });
  const listener = (event: unknown): number => said.push(JSON.stringify(event));
  const secrets = new KnownSecrets();
  state = await rehearse({
    layout,
    secrets,
    version: '0.0.0',
    assembly: () => Promise.resolve(path.join(root, 'cdk.out')),
    deployAssembly: true,
    sources: new Map([[SMALL_REPOSITORY, { path: repository }]]),
    fixtures: {
      processes: [],
      parameters: [{ account: ACCOUNT, region: REGION, name: '/app/token', value: TOKEN }],
      secrets: [
        {
          account: ACCOUNT,
          region: REGION,
          name: 'app/db',
          value: JSON.stringify({ username: 'postgres', password: PASSWORD, apiKey: API_KEY }),
        },
        { account: ACCOUNT, region: REGION, name: 'app/key', value: KEY_LINES.join('\n') },
        { account: ACCOUNT, region: REGION, name: 'app/bundle', value: BUNDLE },
      ],
    },
    approve: () => Promise.resolve(undefined),
    strict: false,
    listeners: [listener],
    signal: new AbortController().signal,
    withoutContainers: true,
  });
  clearInterval(timer);
  report = renderReport(state, layout.run(state.runId), (text) => secrets.clean(text));
}, 300_000);
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** Which of the secrets a text shows, as they are or as JSON escapes them. */
function shown(text: string): string[] {
  return SECRETS.filter((one) => text.includes(one) || text.includes(JSON.stringify(one).slice(1, -1)));
}

function logOf(action: string): string {
  const build_ = [...state.builds.values()].find((one) => `${one.stage}/${one.action}` === action);
  return fs.readFileSync(path.join(layout.run(state.runId), build_?.log ?? 'none'), 'utf8');
}

test('the pipeline ran: what is looked at below is not empty', () => {
  const ended = [...(state.executions[0]?.actions.values() ?? [])].map(
    (one) => `${one.stage}/${one.action} ${one.status}`,
  );
  expect(ended).toEqual([
    'Source/Shop Succeeded',
    'Forms/Masked Succeeded',
    'Forms/Encoded Succeeded',
    'Forms/Exported Succeeded',
    'Uses/Takes Succeeded',
    'Fails/Fail Failed',
    'Fails/Encodes Failed',
    'Fails/Says Failed',
    'Fails/Deploy Failed',
  ]);
});

test('a log masks values of any length, across writes, and each line of a value', () => {
  const log = logOf('Forms/Masked');
  expect(shown(log)).toEqual([]);
  expect(log).toContain('raw ***\n');
  expect(log).toContain('param ***\n');
  expect(log.length).toBeLessThan(5000);
});

test('the log shows what CodeBuild does not mask, and the run warns of it by name, once', () => {
  expect(logOf('Forms/Encoded')).toContain(Buffer.from(PASSWORD).toString('base64'));
  const warnings = state.messages.filter((one) => / shows the secret of /.test(one.text)).map((one) => one.text);
  for (const [name, form] of [
    ['PW', 'as base64'],
    ['PARAM', 'as base64'],
    ['PW', 'encoded for a URL'],
    ['PW', 'with JSON’s escapes'],
    ['PW', 'as hexadecimal'],
    ['PW', 'reversed'],
    ['WHOLE', 'a value of its JSON'],
  ])
    expect(warnings.filter((one) => one.includes(`shows the secret of ${name} ${form}`))).toHaveLength(1);
  expect(
    state.messages.map((one) => one.text).filter((one) => / exports a secret in the variable /.test(one)),
  ).toHaveLength(2);
});

test.each([
  ['the event log', () => fs.readFileSync(layout.events(state.runId), 'utf8')],
  ['what listeners are told', () => said.join('\n')],
  ['the report', () => report],
  [
    'the reports of tests',
    () =>
      reportFiles()
        .map((file) => fs.readFileSync(file, 'utf8'))
        .join('\n'),
  ],
])('%s shows no secret in any form', (_name, read) => {
  const text = read();
  expect(text.length).toBeGreaterThan(100);
  expect(shown(text)).toEqual([]);
  expect(text.includes(Buffer.from(PASSWORD).toString('base64'))).toBe(false);
});

test('no process of the rehearsal’s own has a secret in its arguments', () => {
  // What the builds' own commands put there is theirs: this pipeline's \`touch\` names a file after a secret.
  expect([...exposed].filter((program) => path.basename(program) !== 'touch')).toEqual([]);
});

test('secrets are on disk where docs/secrets.md says, and nowhere else', () => {
  const holds = filesBelow(layout.root)
    .filter((file) => shown(fs.readFileSync(file, 'utf8')).length > 0 || shown(path.basename(file)).length > 0)
    .map((file) => path.relative(layout.root, file).replace(state.runId, 'RUN'));
  const known =
    /^(state\/local\/values\.json|state\/ledger\/.*\.json|runs\/RUN\/variables\.json|runs\/RUN\/artifacts\/.*|runs\/RUN\/builds\/[^/]+\/src\/.*)$/;
  // Where CodeBuild's log would show one too, it is in the log, and it was warned of.
  const logs = holds
    .filter((file) => !known.test(file))
    .map((file) => path.dirname(file).replace(/-[0-9a-f-]{36}$/, ''));
  expect(logs.sort()).toEqual(
    ['Fails-Says', 'Forms-Encoded', 'Uses-Takes'].map((one) => `runs/RUN/builds/small-${one}`),
  );
  const warned = state.messages.map((one) => one.text).join('\n');
  expect(warned).toContain('the log of Uses/Takes shows the secret of PARAM in clear');
});

test('nobody else can enter the folders of a run and of the state', () => {
  const open = [
    'runs',
    'state',
    `runs/${state.runId}`,
    `runs/${state.runId}/builds`,
    `runs/${state.runId}/artifacts`,
  ].filter((folder) => (fs.statSync(path.join(layout.root, folder)).mode & 0o077) !== 0);
  expect(open).toEqual([]);
  const files = ['state/local/values.json', `runs/${state.runId}/events.jsonl`, `runs/${state.runId}/variables.json`];
  expect(files.filter((file) => (fs.statSync(path.join(layout.root, file)).mode & 0o777) !== 0o600)).toEqual([]);
});

function reportFiles(): string[] {
  return filesBelow(path.join(layout.run(state.runId), 'builds')).filter((file) => /reports\/.*\.json$/.test(file));
}

function filesBelow(directory: string): string[] {
  return fs
    .readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
