import { posix } from 'node:path';
import { jsonOf, type Checkout } from './checkout';
import { workspaceOf } from './workspace';

/** Node’s majors in the build image, oldest first (aws/aws-codebuild-docker-images, standard 7.0). */
export const OFFERED_NODE: readonly number[] = [18, 20, 22, 24];
/** What a project that asks for nothing is built with. */
export const DEFAULT_NODE = 20;
/** The names of Node’s long-term releases (nodejs.org/en/about/previous-releases), as `.nvmrc` has them. */
const LTS: Readonly<Record<string, number>> = { hydrogen: 18, iron: 20, jod: 22, krypton: 24, '*': 24 };

/** The Node.js that a project is built with. */
export interface NodeVersion {
  readonly major: number;
  /** Where it was found. */
  readonly from: string;
  /** What is asked for and not offered: the build gets {@link major} instead. */
  readonly unmet?: string;
}

/**
 * The Node.js of a project: as configured, `.nvmrc`, `.node-version`, `engines.node`; else 20. A range gets 20 where it allows that, else the
 * oldest that the image offers.
 */
export function nodeVersionOf(checkout: Checkout, directory: string, configured?: string): NodeVersion {
  if (configured !== undefined) return chosen(configured, 'saiondo.yaml');
  const workspace = workspaceOf(checkout, directory);
  for (const folder of [directory, ...(workspace === undefined ? [] : [workspace])]) {
    for (const file of ['.nvmrc', '.node-version']) {
      const text = checkout.text(posix.join(folder, file))?.trim();
      if (text) return chosen(text, file);
    }
    const engines = jsonOf(checkout, posix.join(folder, 'package.json'))?.engines as { node?: unknown } | undefined;
    if (typeof engines?.node === 'string') return chosen(engines.node, 'package.json, engines.node');
  }
  return { major: DEFAULT_NODE, from: 'the default' };
}

function chosen(asked: string, from: string): NodeVersion {
  const named = LTS[/^lts\/(.+)$/.exec(asked)?.[1]?.toLowerCase() ?? ''];
  const range = named === undefined ? asked.replace(/^v(?=\d)/, '') : String(named);
  const found = [DEFAULT_NODE, ...OFFERED_NODE].find((major) => allows(range, major));
  return found === undefined ? { major: DEFAULT_NODE, from, unmet: asked } : { major: found, from };
}

/** Whether a range of npm's (`>=18 <21`, `^22.12 || 24.x`) allows some version of a major: no more than the majors decides. */
function allows(range: string, major: number): boolean {
  return range.split('||').some((part) => {
    const bounds = part
      .trim()
      .split(/\s+(?=[<>=~^\d*x])/)
      .filter(Boolean);
    return bounds.length > 0 && bounds.every((bound) => allowsBound(bound.replace(/\s+/g, ''), major));
  });
}

function allowsBound(bound: string, major: number): boolean {
  const [, sign = '', figure = '', rest = ''] =
    /^([<>]=?|[=~^]?)v?(\d+|\*|x)((?:\.(?:\d+|\*|x))*)(?:-[\w.]+)?$/.exec(bound) ?? [];
  if (figure === '') return false;
  if (figure === '*' || figure === 'x') return true;
  const given = Number(figure);
  if (sign === '<') return /[1-9]/.test(rest) ? major <= given : major < given;
  if (sign === '<=') return major <= given;
  return sign.startsWith('>') ? major >= given : major === given;
}
