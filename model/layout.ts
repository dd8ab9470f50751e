import * as path from 'node:path';
import { pathSegment } from './path-segment';

/**
 * Where a rehearsal keeps things on disk. Root is `.saiondo` in the working directory unless told otherwise. Names come from templates, commits and
 * clients: each is one segment of a path, whatever it holds ({@link pathSegment}).
 *
 *     .saiondo/
 *       runs/<runId>/events.jsonl            the append-only event log: the single truth of a run
 *       lock                                 held by the engine that works in this folder
 *       runs/<runId>/artifacts/<executionId>/<artifact>/
 *       runs/<runId>/builds/<build>/         src/, tmp/, reports/, log.txt of one build (colons become dashes)
 *       runs/<runId>/permissions.jsonl       each call that was judged, with what AWS would answer
 *       runs/<runId>/roles.jsonl             what each role may by its own policies: what no call exercised is found with it
 *       runs/<runId>/report.html
 *       runs/<runId>/junit.xml               every test of the run, as JUnit
 *       runs/<runId>/summary.md              the run as Markdown, for the summary of a job of GitHub Actions
 *       runs/<runId>/digest.json             what a list of runs shows of it: derived from the events, made anew when they have grown
 *       state/ledger/<account>/<region>/<stack>.json   what CloudFormation deployed
 *       state/local/                         databases, registry, local AWS endpoint: data that outlives a run
 *       state/local/assets/<account>/<region>/<bucket>/   objects that outlive a run: published assets, what a lifecycle rule keeps
 *       state/caches/<project>/              CodeBuild caches
 *       serve.json                           the address of what is served from here now, for this user alone
 *       person/aws-config                    the credentials of this user in the rehearsal that runs, as the AWS CLI reads them (0600)
 *       tools/                               what the rehearsal installed for itself (virtual environment, yarn, …)
 */
export class Layout {
  /** @param toolsFolder where the rehearsal's own tools are, for folders that share them; default `tools/` below the root */
  constructor(
    readonly root: string,
    private readonly toolsFolder?: string,
  ) {}
  runs(): string {
    return path.join(this.root, 'runs');
  }
  run(runId: string): string {
    return path.join(this.runs(), pathSegment(runId));
  }
  /** The calls of a run that were judged: a line of JSON each. */
  permissions(runId: string): string {
    return path.join(this.run(runId), 'permissions.jsonl');
  }
  /** What each role of a run may: a line of JSON each, the last of a role counts. */
  roles(runId: string): string {
    return path.join(this.run(runId), 'roles.jsonl');
  }
  events(runId: string): string {
    return path.join(this.run(runId), 'events.jsonl');
  }
  artifact(runId: string, executionId: string, name: string): string {
    return path.join(this.run(runId), 'artifacts', pathSegment(executionId), pathSegment(name));
  }
  build(runId: string, buildId: string): string {
    return path.join(this.run(runId), 'builds', pathSegment(buildId.replace(':', '-')));
  }
  report(runId: string): string {
    return path.join(this.run(runId), 'report.html');
  }
  junit(runId: string): string {
    return path.join(this.run(runId), 'junit.xml');
  }
  summary(runId: string): string {
    return path.join(this.run(runId), 'summary.md');
  }
  ledgers(): string {
    return path.join(this.root, 'state', 'ledger');
  }
  ledger(account: string, region: string): string {
    return path.join(this.ledgers(), pathSegment(account), pathSegment(region));
  }
  /** CloudFormation's change sets. */
  changeSets(): string {
    return path.join(this.root, 'state', 'change-sets');
  }
  local(): string {
    return path.join(this.root, 'state', 'local');
  }
  /** Objects of buckets that outlive a rehearsal, by account, region, bucket and key. */
  objects(): string {
    return path.join(this.local(), 'assets');
  }
  cache(project: string): string {
    return path.join(this.root, 'state', 'caches', pathSegment(project));
  }
  awsConfig(): string {
    return path.join(this.root, 'person', 'aws-config');
  }
  tools(): string {
    return this.toolsFolder ?? path.join(this.root, 'tools');
  }
}
