import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { ControlSource } from '../../engine/api/codepipeline/codepipeline-changes';
import { pageHandler, type PageComparisons } from '../../engine/api/page/page-server';
import type { PageHandler } from '../../engine/ports/aws-request';
import { writeAtomically } from '../../engine/files/write-atomically';
import { Runs } from '../../engine/runs/runs';
import type { Layout } from '../../model/layout';
import type { Checkout } from '../../operator/commit-log';
import { pageListedRun, pageRun } from '../../views/page/model';
import { pageAssets } from '../../views/page/page';
import { packageRoot } from '../input/package';
import { pageComparisons } from '../operate/page-comparisons';

/** The runs of a folder as they are served: the page, its token, and where others find both. */
export class Serving {
  readonly page: PageHandler;
  /** What lies between executions, as the page and the terminal show it. */
  readonly comparisons: PageComparisons;
  /** What the page has to bring to change something; it is in the address that is printed, and nowhere else. */
  private readonly token = randomBytes(24).toString('base64url');
  private readonly file: string;
  private endpoint: string | undefined;

  constructor(
    layout: Layout,
    control: ControlSource,
    private readonly options: {
      /** Nothing can be changed here: a rehearsal's address stays where it is. */
      readonly readOnly?: boolean;
      /** Folders where the commits of what is served are looked for. */
      readonly checkouts?: readonly Checkout[];
    } = {},
  ) {
    this.file = path.join(layout.root, 'serve.json');
    this.comparisons = pageComparisons(layout, () => this.endpoint, options.checkouts ?? []);
    this.page = pageHandler({
      runs: new Runs(layout),
      views: { assets: pageAssets(packageRoot), run: pageRun, digest: pageListedRun },
      control,
      comparisons: this.comparisons,
      token: this.token,
      user: os.userInfo().username,
    });
  }

  /**
   * Leaves the address where this folder's commands look for it, for this user alone; a rehearsal's address stays where it is read only.
   * @returns the page's address, with the token behind `#`: a browser sends it to nobody
   */
  announce(endpoint: string): string {
    const page = `${endpoint}/#token=${this.token}`;
    this.endpoint = endpoint;
    const { readOnly, checkouts = [] } = this.options;
    if (readOnly && announcedByOther(this.file)) return page;
    writeAtomically(this.file, JSON.stringify({ endpoint, pid: process.pid, page, checkouts }), { durable: false });
    return page;
  }

  /** Takes the address back, where it is still this process's. */
  end(): void {
    try {
      if ((JSON.parse(fs.readFileSync(this.file, 'utf8')) as { pid?: number }).pid === process.pid)
        fs.rmSync(this.file, { force: true });
    } catch {
      // Never announced.
    }
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
