// Longer than 300 lines: a service’s tasks, health and rollback change one state.
import * as http from 'node:http';
import { SaiondoError } from '../../model/errors';
import type { Provisioned, Provisioner, ProvisionRequest } from '../ports/provisioner';
import type { ContainerEngine, RunningContainer } from '../host/container-engine';
import { LoadBalancer } from './load-balancer';
import { localImage } from '../endpoint/shims';

/** What containers need of this machine. */
export interface ContainerHost {
  readonly engine: ContainerEngine | undefined;
  readonly registry: string | undefined;
  /** Loopback ports that containers may have to reach: databases, the AWS endpoint. */
  readonly ports: () => readonly number[];
  readonly secret: (account: string, region: string, reference: string) => Promise<string>;
  readonly parameter: (account: string, region: string, name: string) => Promise<string>;
  /** Seconds that a new task may take to become healthy. */
  readonly healthSeconds: number;
  /** Lets builds reach a loopback port: a load balancer's, a task's. */
  readonly expose: (port: number) => Promise<void>;
}

interface TaskDefinition {
  readonly Memory?: string | number;
  readonly ContainerDefinitions?: readonly {
    readonly Name: string;
    readonly Image: string;
    readonly Command?: readonly string[];
    readonly EntryPoint?: readonly string[];
    readonly Environment?: readonly { readonly Name: string; readonly Value: string }[];
    readonly Secrets?: readonly { readonly Name: string; readonly ValueFrom: string }[];
    readonly PortMappings?: readonly { readonly ContainerPort: number; readonly Name?: string }[];
    readonly ReadonlyRootFilesystem?: boolean;
    readonly User?: string;
    readonly LinuxParameters?: {
      readonly InitProcessEnabled?: boolean;
      readonly Tmpfs?: readonly {
        readonly ContainerPath?: string;
        readonly Size: number;
        readonly MountOptions?: readonly string[];
      }[];
    };
    /** `["CMD", …]` or `["CMD-SHELL", "…"]`; seconds. */
    readonly HealthCheck?: { readonly Command?: readonly string[]; readonly Timeout?: number };
  }[];
}

type ContainerHealthCheck = NonNullable<NonNullable<TaskDefinition['ContainerDefinitions']>[number]['HealthCheck']>;

interface ServiceProperties {
  readonly Cluster?: string;
  readonly TaskDefinition: string;
  readonly ServiceName?: string;
  readonly LoadBalancers?: readonly {
    readonly ContainerName: string;
    readonly ContainerPort: number;
    readonly TargetGroupArn: string;
  }[];
  readonly ServiceConnectConfiguration?: {
    readonly Services?: readonly {
      readonly PortName: string;
      readonly ClientAliases?: readonly { readonly DnsName?: string }[];
    }[];
  };
}

/** A service's one task, and what ECS would say of it. */
interface RunningService extends RunningContainer {
  readonly targetGroups: readonly string[];
  readonly account: string;
  readonly region: string;
  /** Name or ARN. */
  readonly cluster: string;
  readonly name: string;
  /** ARN of the revision that runs. */
  readonly taskDefinition: string;
  readonly made: string;
}

/**
 * ECS services, their task definitions, and the load balancer before them, as containers behind loopback ports. One task a service, whatever
 * its count says: a rehearsal shows that it starts and answers, not that it scales.
 */
export class ContainerServices {
  private readonly taskDefinitions = new Map<string, TaskDefinition>();
  private readonly targetGroups = new Map<string, { properties: Record<string, unknown>; ports: number[] }>();
  private readonly listeners = new Map<string, { loadBalancer: string; targetGroups: string[] }>();
  private readonly balancers = new Map<string, LoadBalancer>();
  private readonly running = new Map<string, RunningService>();
  private count = 0;

  constructor(private readonly host: ContainerHost) {}

  /** Each type that this stands in for. */
  provisioners(): [string, Provisioner][] {
    const ensure = (
      work: (request: ProvisionRequest) => Provisioned | Promise<Provisioned>,
      remove?: Provisioner['remove'],
    ): Provisioner => ({
      ensure: async (request) => work(request),
      ...(remove ? { remove } : {}),
    });
    return [
      [
        'AWS::ECS::TaskDefinition',
        ensure((request) => {
          this.taskDefinitions.set(request.physicalId, request.properties as TaskDefinition);
          return { standing: 'recorded' };
        }),
      ],
      [
        'AWS::ElasticLoadBalancingV2::TargetGroup',
        ensure((request) => {
          const ports = this.targetGroups.get(request.physicalId)?.ports ?? [];
          this.targetGroups.set(request.physicalId, { properties: { ...request.properties }, ports });
          return { standing: 'real' };
        }),
      ],
      [
        'AWS::ElasticLoadBalancingV2::Listener',
        ensure((request) => {
          const actions = (request.properties.DefaultActions ?? []) as {
            TargetGroupArn?: string;
            ForwardConfig?: { TargetGroups?: { TargetGroupArn: string }[] };
          }[];
          const targetGroups = actions.flatMap((action) => [
            ...(action.TargetGroupArn ? [action.TargetGroupArn] : []),
            ...(action.ForwardConfig?.TargetGroups ?? []).map((group) => group.TargetGroupArn),
          ]);
          this.listeners.set(request.physicalId, {
            loadBalancer: String(request.properties.LoadBalancerArn),
            targetGroups,
          });
          return { standing: 'real' };
        }),
      ],
      [
        'AWS::ElasticLoadBalancingV2::LoadBalancer',
        ensure(
          (request) => this.ensureBalancer(request),
          async (resource) => {
            await this.balancers.get(resource.physicalId)?.close();
            this.balancers.delete(resource.physicalId);
          },
        ),
      ],
      [
        'AWS::ECS::Service',
        {
          ensure: (request) => this.ensureService(request),
          remove: (resource, _account, _region, stackName) =>
            this.removeService(serviceKey(stackName, resource.physicalId)),
        },
      ],
    ];
  }

  /** The service that runs under a name or ARN in a cluster, with what runs. */
  find(account: string, region: string, cluster: string, service: string): RunningService | undefined {
    const last = (nameOrArn: string): string => nameOrArn.split('/').at(-1) ?? nameOrArn;
    return [...this.running.values()].find(
      (one) =>
        one.account === account &&
        one.region === region &&
        last(one.cluster) === last(cluster) &&
        one.name === last(service),
    );
  }

  /** Closes the load balancers; the containers are the engine's to remove. */
  async close(): Promise<void> {
    await Promise.all([...this.balancers.values()].map((balancer) => balancer.close()));
    this.balancers.clear();
  }

  private async ensureBalancer(request: ProvisionRequest): Promise<Provisioned> {
    let balancer = this.balancers.get(request.physicalId);
    if (!balancer) {
      balancer = new LoadBalancer(() =>
        [...this.listeners.values()]
          .filter((listener) => listener.loadBalancer === request.physicalId)
          .flatMap((listener) => listener.targetGroups.flatMap((group) => this.targetGroups.get(group)?.ports ?? [])),
      );
      await balancer.listen(Number(String(request.previous?.attributes.DNSName ?? '').split(':')[1] ?? 0));
      await this.host.expose(balancer.port);
      this.balancers.set(request.physicalId, balancer);
    }
    const address = `127.0.0.1:${balancer.port}`;
    return { standing: 'real', attributes: { DNSName: address }, detail: address };
  }

  /** A rolling update: the new task has to get healthy next to the old one; else it goes, and the old one stays. */
  private async ensureService(request: ProvisionRequest): Promise<Provisioned> {
    const { engine, registry } = this.host;
    if (!engine || !registry)
      return { standing: 'recorded', notRehearsed: 'its tasks need a container engine', missing: 'docker' };
    const properties = request.properties as unknown as ServiceProperties;
    const definition = this.taskDefinitions.get(properties.TaskDefinition);
    const container = definition?.ContainerDefinitions?.[0];
    if (!definition || !container) {
      throw new SaiondoError(
        `the service names the task definition ${properties.TaskDefinition}, which has no container`,
        { code: 'TASK_DEFINITION_MISSING' },
      );
    }
    const key = serviceKey(request.stackName, request.physicalId);
    const old = this.running.get(key);
    const made = JSON.stringify([properties, definition]);
    // Asked for again, by a rollback or a resumed deployment: the task that runs is the one.
    if (old?.made === made && (await engine.isRunning(old.id)) === true) return { standing: 'real' };
    const name = properties.ServiceName ?? request.logicalId;
    const network = `saiondo-${engine.label}-${request.stackName}`.toLowerCase();
    const environment = await this.environmentOf(request, container);
    for (const port of this.host.ports()) await engine.reach(network, port);
    const alias = properties.ServiceConnectConfiguration?.Services?.[0]?.ClientAliases?.[0]?.DnsName ?? container.Name;
    const started = performance.now();
    const task = await this.started(engine, {
      name: `${name}-${process.pid}-${++this.count}`,
      network,
      alias,
      image: localImage(container.Image, registry),
      ...(container.Command ? { command: container.Command } : {}),
      ...(container.EntryPoint ? { entryPoint: container.EntryPoint } : {}),
      environment,
      ports: (container.PortMappings ?? []).map((mapping) => mapping.ContainerPort),
      readOnly: container.ReadonlyRootFilesystem === true,
      init: container.LinuxParameters?.InitProcessEnabled === true,
      tmpfs: (container.LinuxParameters?.Tmpfs ?? []).map((mount) => ({
        path: String(mount.ContainerPath),
        sizeMiB: Number(mount.Size),
        options: mount.MountOptions ?? [],
      })),
      ...(definition.Memory ? { memoryMiB: Number(definition.Memory) } : {}),
      ...(container.User ? { user: container.User } : {}),
    });
    if ('unreached' in task)
      return {
        standing: 'recorded',
        notRehearsed: `AWS::ECS::Service ${name}: this machine does not reach the registry of its image: ${task.unreached}`,
      };
    for (const port of task.ports.values()) await this.host.expose(port);
    const groups = properties.LoadBalancers ?? [];
    const failure = await this.waitHealthy(engine, task, groups, container.HealthCheck, request.signal);
    if (failure) {
      const log = (await engine.logs(task.id, 12)).trim();
      await engine.remove(task.id, 1);
      throw new SaiondoError(
        `the task of ${name} did not get healthy (${failure}); the deployment circuit breaker rolls back.${log ? ` Its log ends:\n${log}` : ''}`,
        { code: 'TASK_UNHEALTHY' },
      );
    }
    for (const group of groups) {
      const target = this.targetGroups.get(group.TargetGroupArn);
      const port = task.ports.get(group.ContainerPort);
      if (target && port) target.ports = [port];
    }
    this.running.set(key, {
      ...task,
      made,
      targetGroups: groups.map((group) => group.TargetGroupArn),
      account: request.account,
      region: request.region,
      cluster: String(properties.Cluster ?? 'default'),
      name,
      taskDefinition: properties.TaskDefinition,
    });
    if (old) await engine.remove(old.id);
    const ports = [...task.ports.values()].map((port) => `127.0.0.1:${port}`).join(', ');
    return { standing: 'real', detail: `${ports}, healthy in ${((performance.now() - started) / 1000).toFixed(1)} s` };
  }

  /** Starts a container, or says that the registry of its image is out of this machine's reach: ECS may reach it. */
  private async started(
    engine: ContainerEngine,
    options: Parameters<ContainerEngine['run']>[0],
  ): Promise<RunningContainer | { readonly unreached: string }> {
    try {
      return await engine.run(options);
    } catch (error) {
      if (error instanceof SaiondoError && error.code === 'REGISTRY_UNREACHED') return { unreached: error.message };
      throw error;
    }
  }

  private async removeService(key: string): Promise<void> {
    const task = this.running.get(key);
    if (!task) return;
    for (const group of task.targetGroups) {
      const target = this.targetGroups.get(group);
      if (target) target.ports = [];
    }
    await this.host.engine?.remove(task.id);
    this.running.delete(key);
  }

  /** Environment and secrets as ECS injects them; this machine's loopback is `host.docker.internal` from inside. */
  private async environmentOf(
    request: ProvisionRequest,
    container: NonNullable<TaskDefinition['ContainerDefinitions']>[number],
  ): Promise<Record<string, string>> {
    const environment: Record<string, string> = {};
    for (const { Name, Value } of container.Environment ?? []) {
      environment[Name] = Value.replace(/\b(127\.0\.0\.1|localhost)\b/g, 'host.docker.internal');
    }
    for (const { Name, ValueFrom } of container.Secrets ?? []) {
      environment[Name] = /:secretsmanager:/.test(ValueFrom)
        ? await this.host.secret(request.account, request.region, fromEcs(ValueFrom))
        : await this.host.parameter(
            request.account,
            request.region,
            ValueFrom.replace(/^arn:aws:ssm:[^:]*:\d*:parameter/, ''),
          );
    }
    return environment;
  }

  private async waitHealthy(
    engine: ContainerEngine,
    task: RunningContainer,
    groups: NonNullable<ServiceProperties['LoadBalancers']>,
    check: ContainerHealthCheck | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    const deadline = performance.now() + this.host.healthSeconds * 1000;
    let last = 'no answer';
    while (performance.now() < deadline) {
      signal?.throwIfAborted();
      if ((await engine.isRunning(task.id)) !== true) return 'the container ended';
      const [group] = groups;
      if (group) {
        const path = String(this.targetGroups.get(group.TargetGroupArn)?.properties.HealthCheckPath ?? '/');
        const status = await statusOf(task.ports.get(group.ContainerPort) ?? 0, path);
        if (status === 200) return undefined;
        last = `${path} answers ${status ?? 'nothing'}`;
      } else if (check?.Command && check.Command[0] !== 'NONE') {
        if (await engine.succeeds(task.id, commandOf(check.Command), check.Timeout ?? 5)) return undefined;
        last = 'its health check fails';
      } else {
        const ports = [...task.ports.values()];
        // Docker's own proxy accepts before the program listens: an answer, of any status, is what counts.
        if (ports.length === 0 || (await statusOf(ports[0] ?? 0, '/')) !== undefined) return undefined;
      }
      await new Promise((done) => setTimeout(done, 200));
    }
    return `${last} within ${this.host.healthSeconds} s`;
  }
}

/** A container's health check as a command (Amazon ECS API, "HealthCheck"): given to a shell, or as it is. */
function commandOf(command: readonly string[]): readonly string[] {
  const [form = '', ...rest] = command;
  if (form === 'CMD-SHELL') return ['sh', '-c', rest.join(' ')];
  return form === 'CMD' ? rest : command;
}

function serviceKey(stackName: string, physicalId: string): string {
  return `${stackName}/${physicalId}`;
}

/** ECS writes `ARN:json-key:stage:version`; an ARN of a secret has seven parts of its own. */
function fromEcs(valueFrom: string): string {
  const parts = valueFrom.split(':');
  const reference = [parts.slice(0, 7).join(':'), ...parts.slice(7)];
  while (reference.at(-1) === '') reference.pop();
  return reference.join(':');
}

function statusOf(port: number, path: string): Promise<number | undefined> {
  return new Promise((done) => {
    const request = http.get({ host: '127.0.0.1', port, path, timeout: 3000 }, (response) => {
      response.resume();
      done(response.statusCode);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => done(undefined));
  });
}
