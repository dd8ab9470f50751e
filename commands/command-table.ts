import type { Command } from 'commander';
import type * as Approve from './operate/approve';
import type * as Cost from './operate/cost';
import type * as Doctor from './operate/doctor';
import type * as Executions from './operate/executions';
import type * as History from './operate/history';
import type * as Logs from './operate/logs';
import type * as Open from './operate/open';
import type * as Permissions from './operate/permissions';
import type * as Rollback from './operate/rollback';
import type * as Runs from './operate/runs';
import type * as Status from './operate/status';
import type * as Triage from './operate/triage';
import type * as Rehearse from './rehearse/rehearse';
import type * as Serve from './rehearse/serve';
import type * as Adopt from './repository/adopt';
import type * as Check from './repository/check';
import type * as Init from './repository/init';
import { loadLater } from '../model/load-later';

const load = <Module>(file: string): Module => loadLater<Module>(__filename, `./${file}`);

/** The commands in the order of the help. A command loads its own file, and what that needs: half a second of others is not waited for. */
export const COMMANDS: Readonly<Record<string, () => Command>> = {
  rehearse: () => load<typeof Rehearse>('rehearse/rehearse').rehearseCommand(),
  serve: () => load<typeof Serve>('rehearse/serve').serveCommand(),
  runs: () => load<typeof Runs>('operate/runs').runsCommand(),
  status: () => load<typeof Status>('operate/status').statusCommand(),
  history: () => load<typeof History>('operate/history').historyCommand(),
  permissions: () => load<typeof Permissions>('operate/permissions').permissionsCommand(),
  triage: () => load<typeof Triage>('operate/triage').triageCommand(),
  logs: () => load<typeof Logs>('operate/logs').logsCommand(),
  approve: () => load<typeof Approve>('operate/approve').approveCommand(),
  reject: () => load<typeof Approve>('operate/approve').rejectCommand(),
  retry: () => load<typeof Executions>('operate/executions').retryCommand(),
  stop: () => load<typeof Executions>('operate/executions').stopCommand(),
  start: () => load<typeof Executions>('operate/executions').startCommand(),
  rollback: () => load<typeof Rollback>('operate/rollback').rollbackCommand(),
  cost: () => load<typeof Cost>('operate/cost').costCommand(),
  doctor: () => load<typeof Doctor>('operate/doctor').doctorCommand(),
  open: () => load<typeof Open>('operate/open').openCommand(),
  init: () => load<typeof Init>('repository/init').initCommand(),
  check: () => load<typeof Check>('repository/check').checkCommand(),
  adopt: () => load<typeof Adopt>('repository/adopt').adoptCommand(),
};
