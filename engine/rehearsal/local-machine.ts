// Longer than 300 lines: the composition root: what stands in for AWS is opened here, in order.
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { Emit } from '../../model/events';
import type { Layout } from '../../model/layout';
import type { ControlSource } from '../api/codepipeline/codepipeline-changes';
import { recordedEvents } from '../api/cloudformation/cloudformation';
import { deployedHandlers, firstOf, rehearsalHandlers } from '../api/handlers';
import { RunningBuilds } from '../codebuild/start/running-builds';
import { Runs } from '../runs/runs';
import type { AwsHandler } from '../ports/aws-request';
import { CloudFormation } from '../cloudformation/cloudformation';
import { keepHidden } from '../cloudformation/template/parameters';
import type { Template } from '../cloudformation/template/template';
import { nestedStackProvisioner } from '../cloudformation/nested-stack';
import { CloudFormationApi } from '../api/cloudformation/query-api';
import type { DiskLedger } from '../cloudformation/ledger';
import type { Provisioner } from '../ports/provisioner';
import { pipelineProvisioner } from '../codepipeline/checks/pipeline-provisioner';
import { send } from '../endpoint/aws-client';
import { stsHandler } from '../gateway/sts';
import { answerEcr } from '../resources/ecr-api';
import { ensureAwsTools } from '../endpoint/aws-tools';
import { Bootstraps, toolkitStack } from '../endpoint/bootstraps';
import { GivenValues } from '../endpoint/given-values';
import { unzip } from '../files/artifact-zip';
import { removalsSettled } from '../files/remove-tree';
import { DeployedFunctions, type FunctionParts } from '../functions/deployed-functions';
import { FunctionJobs } from '../functions/jobs';
import type { FunctionJob, FunctionJobEnd } from '../ports/function-job';
import { answerInvoke } from '../functions/lambda-api';
import type { LambdaFunction } from '../functions/lambda-function';
import { getObject, putObject } from '../endpoint/s3-client';
import type { FileAsset } from '../assembly/file-assets';
import { NO_INPUTS, type AccountInputs } from '../ports/account-inputs';
import { ContainerEngine } from '../host/container-engine';
import { answerEcs } from '../resources/ecs-service-api';
import type { Fixtures } from '../fixtures/fixtures';
import { AwsGateway } from '../gateway/gateway';
import { Credentials, sessionPrincipal } from '../gateway/credentials';
import { startMoto } from '../endpoint/moto';
import { containment } from '../gateway/containment';
import type { Upstream } from '../gateway/upstream';
import { socketFile } from '../host/socket-file';
import type { AwsCredentials } from '../ports/principal';
import type { Authorizer, AwsRequest, PageHandler } from '../ports/aws-request';
import type { DeploymentPermits } from '../ports/resource-permission';
import { imagesOf, startRegistry } from '../resources/image-registry';
import { machineVariables } from '../isolation/machine-variables';
import { zip } from '../files/artifact-zip';
import type { Isolation, IsolationKind } from '../ports/isolation';
import type { Actor, GivenVariables, LocalAws } from '../ports/local-aws';
import { Sandboxes } from './sandboxes';
import type { NetworkRefusal } from '../ports/network';
import { ContainerServices } from '../resources/container-services';
import { databaseProvisioner } from '../resources/database';
import { endpointResources } from '../resources/endpoint-resources';
import { customResourceProvisioners } from '../resources/custom-resources';
import { deleteParameter, ensureBucket, putParameter, valueProvisioners } from '../endpoint/value-provisioners';
import { RecordedRequests } from '../endpoint/recorded-requests';
import { KeptObjects } from '../endpoint/kept-objects';
import { keptPrefixes } from './kept-prefixes';
import { keepValue, restoreValues } from '../endpoint/kept-values';
import { engineMark, folderLabel } from '../host/engine-mark';
import { ServiceRegistry } from '../host/service-registry';
import { writeShims } from '../endpoint/shims';
import { startExistingDatabases, withStandIns, type StandIn } from '../fixtures/existing-databases';
import { startFixtures } from '../fixtures/start-fixtures';
import { BuildPlaces, defaultPlaces } from '../host/build-places';
import { which } from '../host/tools';
import { StoredValues } from '../endpoint/stored-values';
import { KnownSecrets } from '../secrets/known-secrets';
import type { RunSecrets } from '../ports/run-secrets';
import { parameterKey, Values } from '../endpoint/values';

/** What a local machine is opened with. */
export interface LocalMachineOptions {
  readonly layout: Layout;
  readonly ledger: DiskLedger;
  readonly emit: Emit;
  readonly fixtures: Fixtures;
  /** Another local AWS endpoint (LocalStack, AWS's emulator) instead of moto. */
  readonly endpointUrl?: string;
  /** Never use a container engine, though one answers. */
  readonly withoutContainers?: boolean;
  /** How builds are kept apart; without it the best that this machine has. */
  readonly isolation?: IsolationKind;
  /** What a person gives to builds. */
  readonly given?: GivenVariables;
  /** What the app needs of its account, as a person gives it. */
  readonly inputs?: AccountInputs;
  /** How many builds run at once; by default as many as this machine carries. */
  readonly jobs?: number;
  /** Seconds that a service's task may take to become healthy. */
  readonly healthSeconds?: number;
  readonly signal?: AbortSignal;
  /** Told of the command of the container engine that is used. */
  readonly onContainers?: (command: string) => void;
  /** The engine that CodePipeline's changing operations are told to; until there is one they are refused. */
  readonly control?: ControlSource;
  /** The rehearsal's credentials, where who serves the page has to know them too. */
  readonly credentials?: Credentials;
  /** What the endpoint may answer to whom; what no rehearsal allows where nobody says. */
  readonly authorize?: Authorizer;
  /** What CloudFormation may do; everything where nobody says. */
  readonly permits?: DeploymentPermits;
  /** The page for people, on the same address. */
  readonly page?: PageHandler;
  /** The secrets of the run: those that this machine keeps, makes and looks up are added. */
  readonly secrets?: RunSecrets;
  /** What the page answers in AWS's way, by the service's name in a signature. */
  readonly handlers?: ReadonlyMap<string, AwsHandler>;
  /** The port of that address; a free one where none is named. */
  readonly port?: number;
}

/** The name under which the events tell the address of the AWS endpoint, which is that of the API and of the page too. */
export const AWS_ENDPOINT = 'AWS endpoint';

/** Bytes of a function's code in a bucket (AWS Lambda Developer Guide, "Lambda quotas": 50 MB zipped, 250 MB not). */
const MOST_CODE = 250 * 1024 * 1024;

/** This machine, standing in for AWS: its endpoint, its databases, its containers. Opened by a run, closed by it. */
export class LocalMachine implements LocalAws {
  readonly values: Values;
  readonly secrets: RunSecrets;
  readonly builds: BuildPlaces;
  readonly stops = new RunningBuilds();
  readonly provisioners = new Map<string, Provisioner>();
  private standIns: readonly StandIn[] = [];
  readonly cloudFormation: CloudFormation;
  endpointUrl = '';
  registry?: string;
  engine?: ContainerEngine;
  /** Why services are not run in containers here. */
  containersMissing?: string;
  private readonly services: ServiceRegistry;
  private readonly databasePorts = new Set<number>();
  private readonly sandboxes: Sandboxes;
  private readonly identities: Credentials;
  private gateway?: AwsGateway;
  private upstream: Upstream = { address: { host: '127.0.0.1', port: 1 } };
  private containerServices?: ContainerServices;
  private closeRegistry: (() => Promise<void>) | undefined;
  private shims = '';
  private objects?: KeptObjects;
  private readonly recordedRequests: RecordedRequests;
  /** What functions of stacks are called by. */
  private readonly functions = new DeployedFunctions({
    environment: (account, region, actor) => this.environment(account, region, actor),
    end: (actor) => this.end(actor),
    isolation: () => this.isolation,
    parts: (account, region, lambda) => this.functionParts(account, region, lambda),
  });
  private readonly jobs = new FunctionJobs(this.functions, this);
  private python: FunctionParts['python'];
  private readonly bootstraps = new Bootstraps(() => this.upstream);
  private readonly givenValues: GivenValues;
  private readonly stored: StoredValues;

  private constructor(private readonly options: LocalMachineOptions) {
    fs.mkdirSync(options.layout.local(), { recursive: true, mode: 0o700 });
    this.identities = options.credentials ?? new Credentials();
    this.secrets = options.secrets ?? new KnownSecrets();
    this.builds = new BuildPlaces(options.jobs ?? defaultPlaces());
    this.values = new Values(options.layout.local(), this.secrets);
    this.services = new ServiceRegistry(options.layout.local());
    const { layout, ledger, permits } = options;
    this.sandboxes = new Sandboxes(options);
    const { provisioners } = this;
    this.cloudFormation = new CloudFormation({
      layout,
      ledger,
      provisioners,
      local: this,
      stoodIn: (template) => withStandIns(template, this.standIns),
      ...(permits ? { permits } : {}),
    });
    this.recordedRequests = new RecordedRequests(options.ledger);
    this.givenValues = new GivenValues(() => this.upstream, options.inputs ?? NO_INPUTS, this.secrets);
    const { bootstraps, givenValues: given, secrets } = this;
    this.stored = new StoredValues({ upstream: () => this.upstream, bootstraps, given, secrets });
  }

  /** Starts what stands in for AWS and brings back what the ledger says is deployed. */
  static async open(options: LocalMachineOptions): Promise<LocalMachine> {
    const machine = new LocalMachine(options);
    try {
      await machine.start();
    } catch (error) {
      await machine.close();
      throw error;
    }
    return machine;
  }

  /** How foreign code is started. */
  get isolation(): Isolation {
    return this.sandboxes.isolation;
  }

  get containers(): boolean {
    return this.registry !== undefined;
  }

  credentials(account: string): AwsCredentials {
    return this.identities.engine(account);
  }

  end(actor: string): void {
    this.identities.end(actor);
  }

  environment(account: string, region: string, { kind, id, roleArn }: Actor): Record<string, string> {
    const role = /^arn:[^:]*:iam::\d{12}:role\/./.test(roleArn) ? roleArn : `arn:aws:iam::${account}:role/unknown`;
    const session = kind === 'build' ? `AWSCodeBuild-${id.split(':').at(-1) ?? ''}` : id;
    const own = this.identities.issue({ ...sessionPrincipal(role, session, { kind, actor: id }), account });
    return {
      ...machineVariables(process.env, os.homedir()),
      ...this.engine?.environment,
      ...engineMark(),
      PATH: [this.shims, process.env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'].join(
        path.delimiter,
      ),
      AWS_ENDPOINT_URL: this.endpointUrl,
      AWS_ACCESS_KEY_ID: own.accessKeyId,
      AWS_SECRET_ACCESS_KEY: own.secretAccessKey,
      AWS_SESSION_TOKEN: own.sessionToken ?? '',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      NO_PROXY: ['127.0.0.1', 'localhost', process.env.NO_PROXY].filter(Boolean).join(','),
      ...this.sandboxes.environment,
    };
  }

  runJob(job: FunctionJob): Promise<FunctionJobEnd | undefined> {
    return this.jobs.run(job);
  }

  recordedBehind(buildId: string, output: readonly string[]): string | undefined {
    return this.recordedRequests.behind(buildId, output);
  }

  onRefusal(listener: (refusal: NetworkRefusal) => void): () => void {
    return this.sandboxes.network?.onRefusal(listener) ?? (() => undefined);
  }

  tool(name: string): string | undefined {
    if ((name === 'docker' || name === 'podman') && !this.containers) return undefined;
    return which(name, [this.shims]);
  }

  secret(account: string, region: string, reference: string): Promise<string> {
    return this.stored.secret(account, region, reference);
  }

  parameter(account: string, region: string, name: string): Promise<string> {
    return this.stored.parameter(account, region, name);
  }

  get given(): GivenVariables | undefined {
    return this.options.given;
  }

  /** Stops everything that the run started; data stays. */
  async close(): Promise<void> {
    await this.containerServices?.close();
    await this.engine?.removeAll();
    await this.objects?.settled();
    await this.gateway?.close();
    await this.closeRegistry?.();
    await this.services.stopAll();
    await this.sandboxes.close();
    for (const why of await removalsSettled())
      this.options.emit({ kind: 'message', level: 'warning', text: `a build’s folder could not be removed: ${why}` });
  }

  private async start(): Promise<void> {
    const { layout, emit, ledger, signal } = this.options;
    for (const stack of ledger.list())
      keepHidden(stack.template as unknown as Template, stack.given ?? {}, stack.stackName, this.secrets);
    const label = folderLabel(layout.root);
    this.endLeftovers();
    const [awsBin] = await Promise.all([this.startEndpoint(), this.startContainers(label)]);
    this.shims = path.join(layout.local(), 'bin');
    const docker = this.engine?.command ?? which('docker');
    writeShims(this.shims, {
      awsBin,
      ...(docker ? { docker } : {}),
      ...(this.registry ? { registry: this.registry } : {}),
    });
    await this.sandboxes.open();
    if (this.registry) await this.sandboxes.expose(Number(this.registry.split(':')[1]));
    this.makeProvisioners();
    this.objects = new KeptObjects(layout.objects(), this, () => keptPrefixes(ledger));
    const runs = new Runs(layout);
    const { cloudFormation } = this;
    const deployments = {
      cloudFormation,
      emit,
      readTemplate: (account: string, region: string, url: string) => this.readObject(account, region, url),
    };
    this.provisioners.set('AWS::CloudFormation::Stack', nestedStackProvisioner(deployments));
    const api = new CloudFormationApi({ ...deployments, events: recordedEvents(runs), standing: toolkitStack });
    const deployed = deployedHandlers(
      () => ledger,
      (repository) => (this.registry ? imagesOf(this.registry, repository) : undefined),
    );
    const handlers = new Map<string, AwsHandler>([
      ...rehearsalHandlers({ runs, ledger: () => ledger }, this.options.control ?? (() => undefined), (buildId) =>
        this.stops.stop(buildId),
      ),
      ['cloudformation', (request) => api.handle(request)],
      ['sts', stsHandler(this.identities)],
      ...(this.options.handlers ?? []),
      [
        'ecr',
        firstOf(
          async (request) => (await this.bootstraps.ensureFor(request), undefined),
          deployed.ecr,
          answerEcr(() => this.registry),
        ),
      ],
      [
        'lambda',
        answerInvoke(
          this.functions,
          (actor, why) => this.recordedRequests.note(actor, why),
          async (account, region, name) =>
            (await send(this.upstream, account, region, 'lambda', 'GET', `/2015-03-31/functions/${name}`)).status < 300,
        ),
      ],
      [
        'ecs',
        firstOf(
          deployed.ecs,
          answerEcs(() => this.containerServices),
        ),
      ],
      ['cloudfront', deployed.cloudfront],
      ['ssm', async (request) => (await this.bootstraps.ensureFor(request), this.ensureGiven(request))],
      ['secretsmanager', (request) => this.ensureGiven(request)],
      ['s3', async (request) => (await this.bootstraps.ensureFor(request), this.objects?.answer(request))],
    ]);
    handlers.set('codepipeline', this.jobs.handler(handlers.get('codepipeline')));
    this.gateway = new AwsGateway({
      credentials: this.identities,
      upstream: () => this.upstream,
      handlers,
      fallback: deployed.recorded,
      authorize: this.options.authorize ?? containment,
      passed: (request, status) => this.heard(request, status),
      ...(this.options.page ? { page: this.options.page } : {}),
    });
    this.endpointUrl = await this.gateway.listen(this.options.port);
    const socket = socketFile(path.join(layout.local(), 'aws'), 'gateway.sock');
    fs.rmSync(socket, { force: true });
    await this.gateway.listenForNetwork(socket);
    await this.sandboxes.network?.leadTo({ url: this.endpointUrl, socket });
    emit({ kind: 'process.started', name: AWS_ENDPOINT, endpoint: this.endpointUrl });
    await startFixtures(this.options.fixtures, {
      values: this.values,
      services: this.services,
      directory: layout.local(),
      emit,
      environment: { ...machineVariables(process.env, os.homedir()), ...this.sandboxes.ownPackages() },
      expose: (port) => this.sandboxes.expose(port),
      ...(signal ? { signal } : {}),
    });
    this.standIns = await startExistingDatabases(this.options.fixtures.databases ?? [], {
      values: this.values,
      services: this.services,
      directory: layout.local(),
      emit,
      expose: (port) => this.sandboxes.expose(port),
      ...(signal ? { signal } : {}),
    });
    await restoreValues(this.values, this.upstream);
    await this.objects.restore(async ({ account, region, bucket }) => {
      await this.bootstraps.ensureFor({ service: 's3', account, region, url: `/${bucket}` });
      await ensureBucket(this.upstream, account, region, bucket);
    });
    await cloudFormation.restore(emit, signal);
  }

  /** What a person gives is there before the first request of its account and region is answered. */
  private async ensureGiven({ account, region }: AwsRequest): Promise<undefined> {
    await this.givenValues.ensure(account, region);
    return undefined;
  }

  /** Puts a file asset of an assembly into its bucket, as `cdk deploy` does before it deploys the stack. */
  readonly publish = async ({ path: file, zip: packs, account, region, bucket, key }: FileAsset): Promise<void> => {
    const at = { endpoint: this, account, region, bucket };
    await ensureBucket(this.upstream, account, region, bucket);
    if (!packs) return void (await putObject(at, key, file));
    const packed = path.join(this.options.layout.local(), `asset-${randomUUID()}.zip`);
    try {
      await zip(file, packed);
      await putObject(at, key, packed);
    } finally {
      fs.rmSync(packed, { force: true });
    }
  };

  private endLeftovers(): void {
    const { emit } = this.options;
    try {
      const left = this.services.endLeftovers();
      if (left.length > 0)
        emit({ kind: 'message', level: 'info', text: `ended what an earlier run left behind: ${left.join(', ')}` });
    } catch (error) {
      const { message, next = '' } = error as SaiondoError;
      emit({ kind: 'message', level: 'warning', text: `${message}; ${next}` });
    }
  }

  /** @returns the folder of the AWS command line */
  private async startEndpoint(): Promise<string> {
    const { layout, emit, signal } = this.options;
    const { bin, made } = await ensureAwsTools(layout.tools(), signal);
    this.python = { file: path.join(bin, 'python'), folder: layout.tools() };
    if (made)
      emit({
        kind: 'tool.checked',
        name: 'aws',
        status: 'made',
        detail: 'in a virtual environment of its own',
        neededBy: [],
      });
    if (this.options.endpointUrl) {
      const { hostname, port } = new URL(this.options.endpointUrl);
      this.upstream = { address: { host: hostname, port: Number(port || 80) } };
      return bin;
    }
    this.upstream = await startMoto(this.services, bin, path.join(layout.local(), 'aws'), signal);
    return bin;
  }

  private async startContainers(label: string): Promise<void> {
    if (this.options.withoutContainers) {
      this.containersMissing = 'switched off';
      return;
    }
    this.engine = await ContainerEngine.find(label);
    if (!this.engine) {
      this.containersMissing = which('docker') ? 'the Docker engine does not answer' : 'docker';
      return;
    }
    this.options.onContainers?.(this.engine.command);
    await this.engine.removeAll();
    const started = await startRegistry(this.services, this.engine, this.options.layout.local(), this.options.signal);
    if ('missing' in started) this.containersMissing = started.missing;
    else {
      this.registry = started.registry;
      this.closeRegistry = started.close;
      this.engine.trust(started.registry, this.options.layout.local());
    }
  }

  private makeProvisioners(): void {
    const { layout } = this.options;
    const endpoint = (): Upstream => this.upstream;
    const add = (entries: [string, Provisioner][]): void =>
      entries.forEach(([type, provisioner]) => this.provisioners.set(type, provisioner));
    const made = new Map(endpointResources(endpoint));
    add([...made]);
    add(valueProvisioners(endpoint, this.values));
    this.bringBeforeRemoval();
    const functions = made.get('AWS::Lambda::Function');
    add(
      customResourceProvisioners({
        endpoint: this,
        environment: (account, region, actor) => this.environment(account, region, actor),
        end: (actor) => this.end(actor),
        isolation: () => this.isolation,
        ...(functions ? { functions } : {}),
        deployed: this.functions.known,
        parts: (account, region, lambda) => this.functionParts(account, region, lambda),
        readObject: async (account, region, bucket, key) => {
          await this.bootstraps.ensureFor({ service: 's3', account, region, url: `/${bucket}` });
          await this.objects?.bring({ account, region, bucket }, key);
          const at = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
          return send(endpoint(), account, region, 's3', 'HEAD', at).then(async (answer) =>
            answer.status < 300 ? answer : send(endpoint(), account, region, 's3', 'GET', at),
          );
        },
        network: {
          expose: (port) => this.sandboxes.expose(port),
          conceal: async (port) => this.sandboxes.network?.conceal(port),
        },
        putParameter: async (account, region, name, value) => {
          this.values.set(parameterKey(account, region, name), value);
          await putParameter(this.upstream, account, region, name, value);
        },
        deleteParameter: async (account, region, name) => {
          this.values.forget((key) => key === parameterKey(account, region, name));
          await deleteParameter(this.upstream, account, region, name);
        },
      }),
    );
    add([
      [
        'AWS::RDS::DBInstance',
        databaseProvisioner(this.services, layout.local(), this.values, endpoint, async (port) => {
          this.databasePorts.add(port);
          await this.sandboxes.expose(port);
        }),
      ],
    ]);
    this.containerServices = new ContainerServices({
      engine: this.containers ? this.engine : undefined,
      registry: this.registry,
      ports: () => [...this.databasePorts],
      secret: (account, region, reference) => this.secret(account, region, reference),
      parameter: (account, region, name) => this.parameter(account, region, name),
      healthSeconds: this.options.healthSeconds ?? 60,
      expose: (port) => this.sandboxes.expose(port),
    });
    add(this.containerServices.provisioners());
    add([['AWS::CodePipeline::Pipeline', pipelineProvisioner]]);
    add([
      [
        'AWS::ECR::Repository',
        {
          ensure: async (request) => {
            const known = await made.get('AWS::ECR::Repository')?.ensure(request);
            return this.registry ? { standing: 'real', detail: this.registry } : (known ?? { standing: 'recorded' });
          },
          remove: async (...resource) => made.get('AWS::ECR::Repository')?.remove?.(...resource),
        },
      ],
    ]);
  }

  /** A bucket whose objects are not all back yet is not empty. */
  private bringBeforeRemoval(): void {
    const buckets = this.provisioners.get('AWS::S3::Bucket');
    if (!buckets?.remove) return;
    this.provisioners.set('AWS::S3::Bucket', {
      ...buckets,
      remove: async (resource, account, region, ...more) => {
        await this.objects?.bring({ account, region, bucket: resource.physicalId });
        await buckets.remove?.(resource, account, region, ...more);
      },
    });
  }

  /** A function's code out of its bucket, and the Python that has boto3. */
  private functionParts(account: string, region: string, { Code: code = {} }: LambdaFunction): FunctionParts {
    const { S3Bucket: bucket, S3Key: key } = code;
    const fetch = async (folder: string): Promise<void> => {
      const file = path.join(this.options.layout.local(), `function-${randomUUID()}.zip`);
      try {
        await getObject({ endpoint: this, account, region, bucket: String(bucket) }, String(key), file, MOST_CODE);
        await unzip(file, folder);
      } finally {
        fs.rmSync(file, { force: true });
      }
    };
    return { ...(key === undefined ? {} : { code: fetch }), ...(this.python ? { python: this.python } : {}) };
  }

  /** What builds put into the endpoint has to be there in the next run too. */
  private heard(request: AwsRequest, status: number): void {
    this.recordedRequests.hear(request, status);
    if (status >= 300) return;
    this.objects?.remember(request).catch((error: unknown) => {
      const text = `an object is not kept for the next run: ${error instanceof Error ? error.message : String(error)}`;
      this.options.emit({ kind: 'message', level: 'warning', text });
    });
    keepValue(this.values, request);
  }

  private async readObject(account: string, region: string, url: string): Promise<string> {
    const { hostname, pathname } = new URL(url);
    const bucket = /^([a-z0-9.-]+)\.s3[.-]/.exec(hostname)?.[1];
    await this.objects?.bring({ account, region, bucket: bucket ?? pathname.split('/')[1] ?? '' });
    const { status, text } = await send(
      this.upstream,
      account,
      region,
      's3',
      'GET',
      bucket ? `/${bucket}${pathname}` : pathname,
    );
    if (status !== 200)
      throw new SaiondoError(`cannot read the template at ${url}: ${status}`, { code: 'ValidationError' });
    return text;
  }
}
