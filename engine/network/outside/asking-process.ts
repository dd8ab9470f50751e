import * as fs from 'node:fs';
import * as path from 'node:path';

/** The process behind a connection. */
export interface AskingProcess {
  readonly buildId?: string;
  /** `node cdk-assets`, `curl`. */
  readonly tool: string;
}

/** Programs that are named together with what they run. */
const INTERPRETER = /^(node|nodejs|bun|deno|python[\d.]*|ruby|perl|java|sh|bash|dash)$/;

/**
 * Which process has the other end of a connection, by the kernel's tables. It may be gone, or be somebody's whom we may not look at.
 * @param holder a process in the namespace of the other end
 * @param address the other end, as the kernel writes it in `/proc/net/tcp`: IPv4
 */
export async function askingProcess(holder: number, address: string, port: number): Promise<AskingProcess | undefined> {
  try {
    const inode = inodeOf(await fs.promises.readFile(`/proc/${holder}/net/tcp`, 'utf8'), address, port);
    if (!inode) return undefined;
    const namespace = await fs.promises.readlink(`/proc/${holder}/ns/net`);
    for (const pid of await fs.promises.readdir('/proc')) {
      if (!/^\d+$/.test(pid) || !(await holds(pid, namespace, inode))) continue;
      return await describe(pid);
    }
  } catch {
    // Gone between two looks.
  }
  return undefined;
}

function inodeOf(table: string, address: string, port: number): string | undefined {
  const hex = address
    .split('.')
    .reverse()
    .map((one) => Number(one).toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
  const local = `${hex}:${port.toString(16).padStart(4, '0').toUpperCase()}`;
  const line = table
    .split('\n')
    .map((one) => one.trim().split(/\s+/))
    .find((fields) => fields[1] === local);
  return line?.[9] === '0' ? undefined : line?.[9];
}

async function holds(pid: string, namespace: string, inode: string): Promise<boolean> {
  try {
    if ((await fs.promises.readlink(`/proc/${pid}/ns/net`)) !== namespace) return false;
    for (const fd of await fs.promises.readdir(`/proc/${pid}/fd`))
      if ((await fs.promises.readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')) === `socket:[${inode}]`) return true;
  } catch {
    // Another user's process, or one that has ended.
  }
  return false;
}

async function describe(pid: string): Promise<AskingProcess> {
  const command = (await fs.promises.readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter(Boolean);
  const variables = (await fs.promises.readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')).split('\0');
  const of = (name: string): string | undefined =>
    variables.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const buildId = of('CODEBUILD_BUILD_ID');
  const [program = '', ...args] = command;
  const name = path.basename(program);
  const script = INTERPRETER.test(name) ? args.find((one) => !one.startsWith('-')) : undefined;
  return {
    tool: script === undefined ? name : `${name} ${path.basename(script).slice(0, 60)}`,
    ...(buildId === undefined ? {} : { buildId }),
  };
}
