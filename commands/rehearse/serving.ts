import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { ControlSource } from '../../engine/api/codepipeline/codepipeline-changes';
import { pageHandler, type PageComparisons } from '../../engine/api/page/page-server';
import { PageSessions } from '../../engine/api/page/page-sessions';
import { Credentials } from '../../engine/gateway/credentials';
import type { AwsHandler, PageHandler } from '../../engine/ports/aws-request';
import { Runs } from '../../engine/runs/runs';
import { writeAtomically } from '../../engine/files/write-atomically';
import type { Layout } from '../../model/layout';
import type { Checkout } from '../../operator/commit-log';
import { pageListedRun, pageRun } from '../../views/page/model';
import { pageAssets } from '../../views/page/page';
import { rolePermissions } from '../../views/page/role-permissions';
import { testHistory } from '../../views/page/test-history';
import { packageRoot } from '../input/package';
import { writeAwsConfig } from './aws-config';
import { pageComparisons } from '../operate/page-comparisons';

/** The runs of a folder as they are served: the page, the person's credentials, and where this folder's commands find them. */
export class Serving {
  readonly page: PageHandler;
  /** What lies between executions, as the page and the terminal show it. */
  readonly comparisons: PageComparisons;
  readonly credentials = new Credentials(os.userInfo().username);
  /** What the page answers to signed requests, by the service's name in a signature. */
  readonly handlers: ReadonlyMap<string, AwsHandler>;
  private readonly sessions = new PageSessions();
  private config: string;
  private readonly file: string;
  private endpoint: string | undefined;

  constructor(
    private readonly layout: Layout,
    control: ControlSource,
    private readonly options: {
      /** Nothing can be changed here: a rehearsal's address stays where it is. */
      readonly readOnly?: boolean;
      /** The page is served too; default true. */
      readonly page?: boolean;
      /** Folders where the commits of what is served are looked for. */
      readonly checkouts?: readonly Checkout[];
    } = {},
  ) {
    this.file = path.join(layout.root, 'serve.json');
    this.config = layout.awsConfig();
    this.handlers = new Map([['saiondo', this.sessions.handler]]);
    this.comparisons = pageComparisons(layout, () => this.endpoint, options.checkouts ?? [], this.credentials);
    this.page = pageHandler({
      runs: new Runs(layout),
      views: {
        assets: pageAssets(packageRoot),
        run: pageRun,
        digest: pageListedRun,
        tests: testHistory,
        permissions: rolePermissions,
      },
      control,
      comparisons: this.comparisons,
      sessions: this.sessions,
      user: os.userInfo().username,
    });
  }

  /**
   * Leaves the address and the person's credentials where this folder's commands and the AWS CLI find them, for this user alone. A rehearsal's
   * stay where they are when runs are served next to it.
   * @returns the address that opens the page, once; undefined where the page is not served
   */
  announce(endpoint: string): string | undefined {
    this.endpoint = endpoint;
    const { readOnly, page = true, checkouts = [] } = this.options;
    if (!(readOnly && announcedByOther(this.file))) {
      const { personKey: key } = this.credentials;
      writeAtomically(this.file, JSON.stringify({ endpoint, pid: process.pid, key, page, checkouts }), {
        durable: false,
      });
    } else this.config = `${this.layout.awsConfig()}.${process.pid}`;
    this.writeConfig();
    return this.address();
  }

  /** A new address that opens the page, once; undefined as long as nothing listens, and where the page is not served. */
  address(): string | undefined {
    return this.hasPage ? `${this.endpoint}/#ticket=${this.sessions.ticket()}` : undefined;
  }

  /** Whether the page can be opened: something listens, and the page is served. */
  get hasPage(): boolean {
    return this.endpoint !== undefined && this.options.page !== false;
  }

  /** How the AWS CLI is used here. */
  get hint(): string {
    return `AWS's tools: AWS_CONFIG_FILE=${path.relative(process.cwd(), this.config)} aws --profile saiondo …`;
  }

  /** Writes the AWS CLI's configuration, with every account that is known by now. */
  writeConfig(home?: { readonly account: string; readonly region: string }): void {
    if (this.endpoint === undefined) return;
    writeAwsConfig(this.config, this.layout, this.credentials, this.endpoint, home);
  }

  /** Takes address and credentials back, where they are still this process's. */
  end(): void {
    if (this.endpoint === undefined) return;
    if (!announcedByOther(this.file)) {
      fs.rmSync(this.file, { force: true });
      fs.rmSync(this.layout.awsConfig(), { force: true });
    }
    if (this.config !== this.layout.awsConfig()) fs.rmSync(this.config, { force: true });
  }
}

/** Whether another process that lives has left its address. */
function announcedByOther(file: string): boolean {
  try {
    const { pid } = JSON.parse(fs.readFileSync(file, 'utf8')) as { pid: number };
    process.kill(pid, 0);
    return pid !== process.pid;
  } catch {
    return false;
  }
}
