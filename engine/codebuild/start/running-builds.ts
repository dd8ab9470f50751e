import type { BuildStops } from '../../ports/build-queue';

/** The builds that run now: each can be stopped by its id, as CodeBuild's StopBuild does. */
export class RunningBuilds implements BuildStops {
  private readonly running = new Map<string, AbortController>();

  /** Told when a build begins. @returns the signal that stops it, and what ends its entry */
  begin(buildId: string): { readonly signal: AbortSignal; readonly end: () => void } {
    const controller = new AbortController();
    this.running.set(buildId, controller);
    return { signal: controller.signal, end: () => this.running.delete(buildId) };
  }

  /** Stops a build. @returns whether it ran */
  stop(buildId: string): boolean {
    const controller = this.running.get(buildId);
    controller?.abort();
    return controller !== undefined;
  }
}
