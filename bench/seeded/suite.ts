import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { ContainerEngine } from '../../engine/host/container-engine';
import { synthesizeSample } from './assembly';
import type { SeededFailure } from './failure';
import { judge, type Judgement } from './judge';
import { runSeeded } from './run';

/** Seeded failures, run and judged one after the other in a folder that goes when they are done. */
export class SeededSuite {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-triage-'));
  private assembly: Promise<string> | undefined;
  private docker: Promise<boolean> | undefined;

  /** Runs a failure and asks for its triage. @returns what this machine lacks for it, where it lacks something */
  async measure(failure: SeededFailure): Promise<Judgement | { readonly lacks: string }> {
    if (failure.needs.includes('docker')) {
      this.docker ??= ContainerEngine.find('saiondo-triage').then((engine) => engine !== undefined);
      if (!(await this.docker)) return { lacks: 'docker' };
    }
    this.assembly ??= (async () => {
      const output = path.join(this.folder, 'assembly');
      await synthesizeSample(output);
      return output;
    })();
    const own = path.join(this.folder, failure.name);
    const run = await runSeeded(failure, await this.assembly, own);
    const said = await judge(failure, run.layout.root);
    fs.rmSync(own, { recursive: true, force: true });
    return said;
  }

  close(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
