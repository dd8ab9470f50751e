import type { ChildProcess, StdioOptions } from 'node:child_process';

/**
 * What keeps foreign code from this machine: `namespaces` of Linux (a root, a home, a process table of its own), `folders` (a home, a
 * temporary folder and package prefixes of its own, no more), or `none`.
 */
export type IsolationKind = 'namespaces' | 'folders' | 'none';

/** Every {@link IsolationKind}: what `--isolation` may say. */
export const ISOLATION_KINDS: readonly IsolationKind[] = ['namespaces', 'folders', 'none'];

/** A file or folder of this machine as a sandbox sees it. */
export interface SandboxMount {
  readonly from: string;
  /** Its absolute path inside. */
  readonly to: string;
}

/** The network of a run, as processes are put into it. */
export interface SandboxNetwork {
  /** What stands ahead of a program's own arguments to start it in the network's namespace; empty: this machine's own network. */
  readonly enter: readonly string[];
  /** Files that go over the system's: `/etc/resolv.conf`, `/etc/hosts`, `/etc/nsswitch.conf`, the bundle of CAs. Read-only inside. */
  readonly files: readonly SandboxMount[];
  /** Variables that go over those of a build: the address of a proxy, the file of a CA. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What a sandbox is opened with. */
export interface SandboxRequest {
  /** A folder for the sandbox's own use. It is made, and gone when the sandbox is closed. Nothing in it is seen inside. */
  readonly directory: string;
  /** Folders and files that are seen at their own paths and may be changed. */
  readonly writes: readonly string[];
  /** Folders and files that are seen at their own paths and may not be changed. */
  readonly reads: readonly string[];
  /** The folder that is the home inside. With namespaces it is at `/root`, as in CodeBuild's containers. */
  readonly home: string;
  /** The folder that is the temporary folder inside. With namespaces it is at `/tmp`. */
  readonly temporary: string;
  /** All variables of its processes: nothing is inherited. HOME and TMPDIR may be left out. */
  readonly environment: Readonly<Record<string, string>>;
  /** Whether its processes reach the container engine. CodeBuild gives that to privileged projects only. */
  readonly containerEngine: boolean;
}

/** How a process of a sandbox is started. */
export interface SandboxSpawn {
  readonly cwd: string;
  readonly stdio: StdioOptions;
  /** As another user; only root may. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Where the processes of one build, or of one function, live. */
export interface Sandbox {
  /** The variables of its processes: those of the request, with HOME, TMPDIR and what else the sandbox decides. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Starts a process inside, as the leader of a process group. Its exit code comes through, and the signal that ended it. The child's own pid may be
   * that of a program which waits for it: {@link signal} is how to reach it.
   */
  spawn(file: string, args: readonly string[], options: SandboxSpawn): ChildProcess;
  /** Sends a signal to the process group of a process that {@link spawn} started; a group that is gone is not an error. */
  signal(child: ChildProcess, signal: NodeJS.Signals): void;
  /**
   * Stops every process that is left inside, until {@link resume}: while their files are read, nobody puts others in their place. Processes that are
   * started meanwhile run. Does nothing where there are no namespaces.
   */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends every process inside, in sessions of their own too where there are namespaces, and takes away what they changed outside of `writes`. */
  close(): Promise<void>;
}

/** How foreign code is started on this machine. */
export interface Isolation {
  readonly kind: IsolationKind;
  /** What is not kept apart, and how to get it, in one line. Undefined: all of it is. */
  readonly limit?: string;
  /** Where the home and the temporary folder of a sandbox are inside. */
  seenAt(folders: Pick<SandboxRequest, 'home' | 'temporary'>): { readonly home: string; readonly temporary: string };
  /** @throws SaiondoError `SANDBOX_FAILED` */
  open(request: SandboxRequest): Promise<Sandbox>;
}
