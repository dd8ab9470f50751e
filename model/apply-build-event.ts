import type { RunEvent } from './events';
import type { BuildState } from './run-state';

/** Takes an event of a build into the builds of a run, in place. */
export function applyBuildEvent(
  builds: Map<string, BuildState>,
  event: Extract<RunEvent, { kind: `build.${string}` }>,
): void {
  switch (event.kind) {
    case 'build.started':
      builds.set(event.buildId, {
        buildId: event.buildId,
        project: event.project,
        buildNumber: event.buildNumber,
        executionId: event.executionId,
        actionExecutionId: event.actionExecutionId,
        stage: event.stage,
        action: event.action,
        buildspec: event.buildspec,
        timeoutMinutes: event.timeoutMinutes,
        ...(event.batch ? { batch: event.batch } : {}),
        log: event.log,
        startedAt: event.time,
        status: 'IN_PROGRESS',
        phases: [],
        reports: [],
      });
      break;
    case 'build.phase.started':
      builds.get(event.buildId)?.phases.push({ phase: event.phase, status: 'IN_PROGRESS', startedAt: event.time });
      break;
    case 'build.phase.ended': {
      const phase = builds.get(event.buildId)?.phases.find((one) => one.phase === event.phase);
      if (phase)
        Object.assign(phase, {
          status: event.status,
          seconds: event.seconds,
          ...(event.context ? { context: event.context } : {}),
        });
      break;
    }
    case 'build.command.started': {
      const build = builds.get(event.buildId);
      if (build) build.command = event.command;
      break;
    }
    case 'build.command.ended':
      delete builds.get(event.buildId)?.command;
      break;
    case 'build.report':
      builds.get(event.buildId)?.reports.push(event.report);
      break;
    case 'build.ended': {
      const build = builds.get(event.buildId);
      if (build)
        Object.assign(build, {
          status: event.status,
          endedAt: event.time,
          ...(event.exportedVariables ? { exportedVariables: event.exportedVariables } : {}),
        });
      break;
    }
  }
}
