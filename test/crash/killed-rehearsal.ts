import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import execa from 'execa';
import { Client } from 'pg';
import { LABEL } from '../../engine/host/container-engine';
import { ENGINE_MARK, folderLabel } from '../../engine/host/engine-mark';
import { lockHolder } from '../../engine/host/lock';
import { processTable } from '../../engine/host/process-table';
import { ServiceRegistry } from '../../engine/host/service-registry';
import { startPostgres } from '../../engine/resources/postgres';
import { Runs } from '../../engine/runs/runs';
import { Layout } from '../../model/layout';
import { ofProcess } from '../fixtures/processes';
import { makeRepository, SMALL_REPOSITORY, writeAssembly } from '../fixtures/small-pipeline';

const ROOT = path.join(__dirname, '../..');
const ACCOUNT = '111111111111';
const REGION = 'ap-northeast-2';

/** The CDK's default of a database: user and password in a generated secret. */
const STACK = {
  Resources: {
    Secret: {
      Type: 'AWS::SecretsManager::Secret',
      Properties: {
        Name: 'app/db',
        GenerateSecretString: {
          SecretStringTemplate: '{"username":"app"}',
          GenerateStringKey: 'password',
          ExcludePunctuation: true,
        },
      },
    },
    Db: {
      Type: 'AWS::RDS::DBInstance',
      Properties: {
        DBInstanceIdentifier: 'db',
        Engine: 'postgres',
        DBInstanceClass: 'db.t4g.micro',
        AllocatedStorage: '20',
        DBName: 'app',
        MasterUsername: { 'Fn::Sub': '{{resolve:secretsmanager:${Secret}:SecretString:username}}' },
        MasterUserPassword: { 'Fn::Sub': '{{resolve:secretsmanager:${Secret}:SecretString:password}}' },
      },
    },
  },
};

/** A service of one task that ends when it is asked to. */
const SERVICE = (image: string) => ({
  Cluster: { Type: 'AWS::ECS::Cluster', Properties: {} },
  Task: {
    Type: 'AWS::ECS::TaskDefinition',
    Properties: {
      Family: 'app',
      NetworkMode: 'awsvpc',
      ContainerDefinitions: [
        {
          Name: 'app',
          Image: image,
          Essential: true,
          EntryPoint: ['/bin/sh', '-c'],
          Command: [`trap 'exit 0' TERM; while :; do sleep 600 & wait; done`],
        },
      ],
    },
  },
  Service: {
    Type: 'AWS::ECS::Service',
    Properties: { ServiceName: 'app', Cluster: { Ref: 'Cluster' }, TaskDefinition: { Ref: 'Task' }, DesiredCount: 1 },
  },
});

/** How a rehearsal ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Seconds from the first signal to the end. */
  readonly seconds: number;
  readonly output: string;
}

/** A folder with a small pipeline and a database, in which the whole command runs and is killed. */
export class KilledRehearsal {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-kills-'));
  /** TMPDIR of its rehearsals. */
  readonly temporary = path.join(this.folder, 'tmp');
  private readonly layout = new Layout(path.join(this.folder, '.saiondo'));

  /** @param image of a service that its stack has; none: it has no containers */
  constructor(private readonly image?: string) {}

  /** What its stack consists of in the end, and how it is there. */
  get resources(): string[] {
    const database = ['Db real', 'Secret real'];
    return this.image === undefined ? database : ['Cluster recorded', ...database, 'Service real', 'Task recorded'];
  }

  async prepare(): Promise<void> {
    // The server's user has to get through as it would in a person's folder.
    fs.chmodSync(this.folder, 0o755);
    fs.mkdirSync(this.temporary);
    fs.chmodSync(this.temporary, 0o1777);
    writeAssembly(path.join(this.folder, 'cdk.out'), {
      stages: {
        Build: [
          {
            name: 'A',
            commands: ['sleep 0.2', 'date > a.txt'],
            output: 'Out',
            buildspec: { artifacts: { files: ['a.txt'] } },
          },
        ],
        Deploy: [{ name: 'Stack', deploys: { stackName: 'db', template: 'stack.json' } }],
        Post: [{ name: 'C', commands: ['cat a.txt', '(sleep 300 &)', 'sleep 0.3'], input: 'Out' }],
      },
    });
    await makeRepository(path.join(this.folder, 'repo'), { 'stack.json': JSON.stringify(this.stack()), 'a.txt': 'a' });
  }

  /**
   * Runs the command: continues with the run that has no verdict, else starts one.
   * @param kill signals, after so many milliseconds and then each after 50 more; none: it runs to its end
   */
  async run(kill?: { readonly after: number; readonly signals: readonly NodeJS.Signals[] }): Promise<Ended> {
    const open = this.unended();
    const args = ['rehearse', '--assembly', 'cdk.out', '--source', `${SMALL_REPOSITORY}=repo`];
    if (this.image === undefined) args.push('--no-containers');
    const child = spawn(
      process.execPath,
      [path.join(ROOT, 'dist/bin/saiondo.js'), ...args, ...(open ? ['--resume', open] : [])],
      {
        cwd: this.folder,
        env: {
          ...process.env,
          TMPDIR: this.temporary,
          SAIONDO_TOOLS_DIR: process.env.SAIONDO_TOOLS_DIR ?? path.join(ROOT, '.saiondo/tools'),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
    const ended = new Promise<[number | null, NodeJS.Signals | null]>((done) =>
      child.once('exit', (...how) => done(how)),
    );
    let heard = performance.now();
    if (kill) {
      await Promise.race([ended, setTimeout(kill.after)]);
      heard = performance.now();
      for (const signal of kill.signals) {
        child.kill(signal);
        await Promise.race([ended, setTimeout(50)]);
      }
    }
    const [code, signal] = await ended;
    return { code, signal, seconds: (performance.now() - heard) / 1000, output };
  }

  /** What still runs of this folder's rehearsals, once it had `seconds` to end. */
  async left(seconds: number): Promise<string[]> {
    const table = processTable();
    const look = (): number[] => [
      ...table.withEnvironment(`${ENGINE_MARK}=${folderLabel(this.layout.root)}.`),
      ...table.withEnvironment(`CODEBUILD_SRC_DIR=${this.layout.runs()}`),
      ...this.dataFolders().flatMap((data) => table.within(data)),
    ];
    const until = performance.now() + seconds * 1000;
    const folders = (): string[] =>
      fs.readdirSync(this.temporary).filter((name) => name.startsWith(`saiondo-${folderLabel(this.layout.root)}.`));
    while ((look().length > 0 || folders().length > 0) && performance.now() < until) await setTimeout(50);
    return [
      ...new Set(
        look().map((pid) => `${pid} ${ofProcess(pid, 'cmdline')?.replaceAll('\0', ' ') ?? 'ended while it was read'}`),
      ),
      ...folders(),
      ...mounts().filter((line) => line.includes(this.folder)),
      ...(await this.containers(until)),
      ...(lockHolder(path.join(this.layout.root, 'lock')) ? ['the lock'] : []),
    ];
  }

  /** What a person sees in the end: the verdict and the deployed stack. */
  final(): unknown {
    const runs = new Runs(this.layout).list();
    const file = path.join(this.layout.ledger(ACCOUNT, REGION), 'db.json');
    const stack = JSON.parse(fs.readFileSync(file, 'utf8')) as {
      status: string;
      resources: Record<string, { standing: string }>;
    };
    return {
      verdict: runs[0]?.verdict,
      failed: runs[0]?.executions.map((one) => [one.status, one.failed]),
      resources: Object.entries(stack.resources)
        .map(([name, { standing }]) => `${name} ${standing}`)
        .sort(),
      journal: fs.readdirSync(path.dirname(file)).filter((name) => name.endsWith('.jsonl')),
    };
  }

  /** Asks the deployed database, while no rehearsal runs. */
  async ask(statement: string): Promise<unknown[]> {
    const values = JSON.parse(fs.readFileSync(path.join(this.layout.local(), 'values.json'), 'utf8')) as Record<
      string,
      string
    >;
    const { username, password } = JSON.parse(values[`${ACCOUNT}/${REGION}/secret/app/db`] ?? '{}') as Record<
      string,
      string
    >;
    const registry = new ServiceRegistry(this.folder);
    const directory = path.join(this.layout.local(), 'postgres', ACCOUNT, REGION, 'db');
    const master = { user: username ?? '', password: password ?? '', database: 'app' };
    const { port } = await startPostgres(registry, { name: 'asked', directory, ...master });
    const client = new Client({ host: '127.0.0.1', port, ...master, ssl: { rejectUnauthorized: false } });
    await client.connect();
    try {
      return (await client.query(statement)).rows as unknown[];
    } finally {
      await client.end();
      await registry.stopAll();
    }
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private stack(): unknown {
    if (this.image === undefined) return STACK;
    return { Resources: { ...STACK.Resources, ...SERVICE(this.image) } };
  }

  /** Containers and networks of this folder that are still there at a time. */
  private async containers(until: number): Promise<string[]> {
    if (this.image === undefined) return [];
    const filter = ['--filter', `label=${LABEL}=${folderLabel(this.layout.root)}`];
    for (;;) {
      const containers = await execa('docker', ['ps', '--all', '--format', '{{.Names}} {{.Status}}', ...filter]);
      const networks = await execa('docker', ['network', 'ls', '--format', '{{.Name}}', ...filter]);
      const left = `${containers.stdout}\n${networks.stdout}`.split('\n').filter(Boolean);
      if (left.length === 0 || performance.now() > until) return left;
      await setTimeout(100);
    }
  }

  private unended(): string | undefined {
    const [last] = new Runs(this.layout).list();
    return last?.verdict && last.verdict !== 'interrupted' ? undefined : last?.runId;
  }

  private dataFolders(): string[] {
    const directory = path.join(this.layout.local(), 'postgres', ACCOUNT, REGION, 'db', 'data');
    return [directory, `${directory}.new`];
  }
}

function mounts(): string[] {
  return fs.existsSync('/proc/self/mounts') ? fs.readFileSync('/proc/self/mounts', 'utf8').split('\n') : [];
}
