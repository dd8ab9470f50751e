import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { buffer } from 'node:stream/consumers';
import * as os from 'node:os';
import execa from 'execa';
import { fixturesOf } from '../../commands/rehearse/fixtures';
import { packageRoot, version } from '../../commands/input/package';
import { loadConfiguration } from '../../config/load';
import { ensureAwsTools } from '../../engine/endpoint/aws-tools';
import { startMoto } from '../../engine/endpoint/moto';
import { addressOf } from '../../engine/gateway/request-address';
import { UpstreamClient } from '../../engine/gateway/upstream';
import { ServiceRegistry } from '../../engine/host/service-registry';
import { rehearse } from '../../engine/rehearsal/rehearsal';
import { Layout } from '../../model/layout';
import type { RunState } from '../../model/run-state';
import { cutAssembly } from './assembly';
import type { SeededFailure } from './failure';

/** What is in the sample folder of a failed run. */
export interface SeededRun {
  readonly state: RunState;
  readonly layout: Layout;
  /** The commit that brought the failure. */
  readonly commit: string;
}

/**
 * Puts a failure into a copy of the sample monorepo and rehearses the pipeline that was cut down to it: real sources, the synthesized
 * project, its real buildspec, real processes.
 * @param folder the run's own, made here
 */
export async function runSeeded(failure: SeededFailure, assembly: string, folder: string): Promise<SeededRun> {
  const root = path.join(folder, '.saiondo');
  const layout = new Layout(root);
  fs.mkdirSync(root, { recursive: true });
  // The virtual environment of the AWS command line is the same for all: the checkout's own.
  const tools = new Layout(path.join(packageRoot, '.saiondo')).tools();
  fs.mkdirSync(tools, { recursive: true });
  fs.symlinkSync(tools, layout.tools());
  const commit = await seedRepository(failure, path.join(folder, 'application'));
  const closing: (() => Promise<void>)[] = [];
  try {
    const answers = failure.answers === undefined ? undefined : await answering(failure.answers, closing);
    cutAssembly(assembly, path.join(folder, 'assembly'), failure, answers);
    const endpointUrl = failure.deny ? await denying(failure.deny, layout, closing) : undefined;
    const configuration = loadConfiguration(path.join(packageRoot, 'saiondo.yaml'));
    const fixtures = failure.needs.includes('chain')
      ? fixturesOf(configuration, packageRoot)
      : { processes: [], parameters: failure.parameters, secrets: [] };
    const state = await rehearse({
      layout,
      version,
      assembly: async () => path.join(folder, 'assembly'),
      deployAssembly: true,
      pipeline: configuration.pipeline.name,
      sources: new Map([
        [configuration.repositories.application.name, { path: path.join(folder, 'application') }],
        [configuration.repositories.pipeline.name, { path: path.join(folder, 'application') }],
      ]),
      fixtures,
      approve: async () => undefined,
      strict: false,
      // Synth copies the assembly that was cut down, and some failures are answered by servers of this machine: an isolated build reaches neither.
      isolation: 'none',
      healthSeconds: 20,
      listeners: [],
      signal: new AbortController().signal,
      ...(failure.needs.includes('docker') ? {} : { withoutContainers: true }),
      ...(endpointUrl ? { endpointUrl } : {}),
    });
    return { state, layout, commit };
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** A git repository with two commits: the sample as it is, and the one that breaks it. @returns the second */
async function seedRepository(failure: SeededFailure, repository: string): Promise<string> {
  fs.cpSync(path.join(packageRoot, 'examples', 'saiondo'), repository, {
    recursive: true,
    filter: (from) => !/[\\/](node_modules|\.venv|artifacts|cache|dist)$/.test(from),
  });
  const git = (...args: string[]) =>
    execa('git', ['-C', repository, '-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'The sample');
  for (const change of failure.change) {
    const file = path.join(repository, change.file);
    const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    if ('replace' in change && !before.includes(change.replace))
      throw new Error(`${failure.name}: ${change.file} has no ${JSON.stringify(change.replace)}`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(
      file,
      'replace' in change ? before.replace(change.replace, () => change.with) : change.prepend + before,
    );
  }
  await git('add', '--all');
  await git('commit', '--quiet', '--allow-empty', '--message', `Seed ${failure.title}`);
  return (await git('rev-parse', 'HEAD')).stdout;
}

/** A server that gives every request the same status, or none: 0. @returns its address */
async function answering(status: number, closing: (() => Promise<void>)[]): Promise<string> {
  const server = http.createServer((_request, response) => {
    if (status > 0) response.writeHead(status).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(
    () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A local AWS endpoint that refuses one call as IAM does. @returns its address */
async function denying(
  deny: NonNullable<SeededFailure['deny']>,
  layout: Layout,
  closing: (() => Promise<void>)[],
): Promise<string> {
  const { bin } = await ensureAwsTools(layout.tools());
  const services = new ServiceRegistry(fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-denying-')));
  closing.push(() => services.stopAll());
  const upstream = await startMoto(services, bin, services.directory);
  const service = deny.action.split(':')[0] ?? '';
  const client = new UpstreamClient();
  const server = http.createServer((incoming, response) => {
    void (async () => {
      const body = await buffer(incoming);
      const account = String(incoming.headers['x-moto-account-id']);
      const asked = addressOf(incoming);
      const { Name = '' } = (asked.service === service ? JSON.parse(body.toString('utf8') || '{}') : {}) as {
        Name?: string;
      };
      const named = Name !== '' && deny.resource.endsWith(Name.split('/').slice(0, 4).join('/'));
      if (!named || incoming.headers['x-amz-target'] !== deny.operation) {
        await client.pass(
          upstream,
          {
            service: asked.service ?? '',
            operation: String(incoming.headers['x-amz-target'] ?? ''),
            method: incoming.method ?? '',
            url: asked.url,
            headers: incoming.headers,
            account,
            body,
          },
          response,
        );
        return;
      }
      const region = /Credential=[^/]+\/\d+\/([^/]+)/.exec(incoming.headers.authorization ?? '')?.[1] ?? '';
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' }).end(
        JSON.stringify({
          __type: 'AccessDeniedException',
          message: `User: arn:aws:sts::${account}:assumed-role/${deny.role}/AWSCodeBuild-1 is not authorized to perform: ${deny.action} on resource: arn:aws:${service}:${region}:${account}:parameter${Name} because no identity-based policy allows the ${deny.action} action`,
        }),
      );
    })().catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(() => {
    client.close();
    server.closeAllConnections();
    return new Promise((done) => server.close(() => done()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
