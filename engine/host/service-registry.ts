import * as fs from 'node:fs';
import * as path from 'node:path';
import { signalGroup, startService, type Service, type ServiceOptions } from './child';
import { processTable } from './process-table';
import { writeAtomically } from './write-atomically';

interface Entry {
  readonly name: string;
  readonly pid: number;
  /** The process's start time: a pid alone may be another process by now. */
  readonly started: string | undefined;
}

/** The services of this engine, remembered on disk: what a killed engine left running is ended by the next one. */
export class ServiceRegistry {
  private readonly services = new Map<string, Service>();
  private readonly file: string;

  constructor(directory: string) {
    this.file = path.join(directory, 'services.json');
  }

  /** Ends what an engine that was killed has left running. Returns the names. */
  endLeftovers(): string[] {
    if (!fs.existsSync(this.file)) return [];
    const entries = JSON.parse(fs.readFileSync(this.file, 'utf8')) as Entry[];
    const alive = entries.filter(
      (entry) => entry.started !== undefined && processTable().startTime(entry.pid) === entry.started,
    );
    for (const entry of alive) signalGroup(entry.pid, 'SIGKILL');
    fs.rmSync(this.file);
    return alive.map((entry) => entry.name);
  }

  async start(options: ServiceOptions): Promise<Service> {
    const service = await startService(options);
    this.services.set(options.name, service);
    this.write();
    return service;
  }

  async stop(name: string): Promise<void> {
    await this.services.get(name)?.stop();
    this.services.delete(name);
    this.write();
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.services.values()].map((service) => service.stop()));
    this.services.clear();
    fs.rmSync(this.file, { force: true });
  }

  private write(): void {
    const entries: Entry[] = [...this.services.values()].map(({ name, pid }) => ({
      name,
      pid,
      started: processTable().startTime(pid),
    }));
    writeAtomically(this.file, JSON.stringify(entries));
  }
}
