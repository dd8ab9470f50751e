import * as path from 'node:path';
import { Turns } from './turns';

/** As the kernel: a path that leads through more links leads nowhere (path_resolution(7)). */
const MOST_HOPS = 40;
/** Names that are looked at for all links together. */
const MOST_STEPS = 20_000_000;

/** Why a link of an archive is refused. */
export interface RefusedLink {
  readonly name: string;
  readonly leadsTo: string;
  readonly why: 'leads out' | 'too many';
}

/**
 * The first link that leads out of the folder in which all of them are made. Each is followed as the kernel would, through the other links
 * too: `..` goes up from where a link leads, not from where its name stands.
 * @param links what each leads to, by its path relative to the folder
 */
export async function refusedLink(links: ReadonlyMap<string, string>): Promise<RefusedLink | undefined> {
  const turns = new Turns();
  let steps = MOST_STEPS;
  for (const [name, leadsTo] of links) {
    const end = follow(name, links, () => --steps > 0);
    if (end !== 'inside') return { name, leadsTo, why: end };
    if (turns.due()) await turns.give();
  }
  return undefined;
}

function follow(
  name: string,
  links: ReadonlyMap<string, string>,
  step: () => boolean,
): 'inside' | 'leads out' | 'too many' {
  // The folders down to where we are, each as its whole path; the folder itself is the empty one.
  const at = parents(name);
  const ahead = namesOf(links.get(name) ?? '').reverse();
  if (path.isAbsolute(links.get(name) ?? '')) return 'leads out';
  let hops = 1;
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (!step()) return 'too many';
    if (next === '..') {
      if (at.length === 1) return 'leads out';
      at.pop();
      continue;
    }
    const here = at.at(-1) ? `${at.at(-1)}/${next}` : next;
    const leadsTo = links.get(here);
    if (leadsTo === undefined) at.push(here);
    else if (path.isAbsolute(leadsTo)) return 'leads out';
    else if (++hops > MOST_HOPS) return 'inside';
    else ahead.push(...namesOf(leadsTo).reverse());
  }
  return 'inside';
}

function parents(name: string): string[] {
  const names = name.split('/').slice(0, -1);
  return ['', ...names.map((_one, i) => names.slice(0, i + 1).join('/'))];
}

function namesOf(target: string): string[] {
  return target.split('/').filter((one) => one !== '' && one !== '.');
}
