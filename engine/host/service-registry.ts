import * as fs from 'node:fs';
import * as path from 'node:path';
import { signalGroup, startService, type Service, type ServiceOptions } from './child';
import { processTable } from './process-table';
import { isObject, readState } from '../files/read-state';
import { writeAtomically } from '../files/write-atomically';

interface Entry {
  readonly name: string;
  readonly pid: number;
  /** The process's start time: a pid alone may be another process by now. */
  readonly started?: string | undefined;
}

/** The services of this engine, remembered on disk: what a killed engine left running is ended by the next one. */
export class ServiceRegistry {
  private readonly services = new Map<string, Service>();
  /** Every service from its start on, ready or not. */
  private readonly entries = new Map<string, Entry>();
  private readonly file: string;

  constructor(readonly directory: string) {
    this.file = path.join(directory, 'services.json');
  }

  /**
   * Ends what an engine that was killed has left running. Returns the names.
   * @throws SaiondoError `STATE_DAMAGED` where the list cannot be read; it is taken away, so that it is said once
   */
  endLeftovers(): string[] {
    let entries: Entry[];
    try {
      entries =
        readState({
          file: this.file,
          holds: 'the services that the last run started',
          valid: isEntries,
          next: 'it is removed; look for services that an earlier run may have left (moto_server, postgres) and end them',
        }) ?? [];
    } finally {
      fs.rmSync(this.file, { force: true });
    }
    const alive = entries.filter(
      (entry) => entry.started !== undefined && processTable().startTime(entry.pid) === entry.started,
    );
    for (const entry of alive) signalGroup(entry.pid, 'SIGKILL');
    return alive.map((entry) => entry.name);
  }

  async start(options: ServiceOptions): Promise<Service> {
    const { name } = options;
    try {
      const service = await startService({
        ...options,
        onSpawn: (pid) => this.note({ name, pid, started: processTable().startTime(pid) }),
      });
      this.services.set(name, service);
      return service;
    } catch (error) {
      this.forget(name);
      throw error;
    }
  }

  async stop(name: string): Promise<void> {
    await this.services.get(name)?.stop();
    this.services.delete(name);
    this.forget(name);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.services.values()].map((service) => service.stop()));
    this.services.clear();
    this.entries.clear();
    fs.rmSync(this.file, { force: true });
  }

  private note(entry: Entry): void {
    this.entries.set(entry.name, entry);
    this.write();
  }

  private forget(name: string): void {
    if (this.entries.delete(name)) this.write();
  }

  private write(): void {
    writeAtomically(this.file, JSON.stringify([...this.entries.values()]), { durable: false });
  }
}

function isEntries(content: unknown): content is Entry[] {
  return (
    Array.isArray(content) &&
    content.every(
      (one) => isObject(one) && typeof one.name === 'string' && Number.isSafeInteger(one.pid) && Number(one.pid) > 1,
    )
  );
}
