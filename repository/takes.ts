import { posix } from 'node:path';
import type { Components, WebComponent } from '../config/component.schema';
import { filesBelow, jsonOf, type Checkout } from './checkout';

/** Prose names folders that no build reads. */
const PROSE = /\.(md|mdx|txt|rst|adoc)$/i;
/** A path in a text that leads out of its folder. */
const OUTWARD = /(?:\.\.\/)+[\w@.-][\w@./-]*/g;
/** What says that a program goes up from where it is. */
const UPWARD = /["'`]\.\.["'`]|\.\.\/|\bparents?\b|root/i;
/** Files at the root that bind all folders into one build. */
const WORKSPACES = ['pnpm-workspace.yaml', 'lerna.json', 'nx.json', 'turbo.json', 'rush.json', 'melos.yaml'];

type Settings = Components['api'] | NonNullable<Components['llm'] | Components['contracts']> | WebComponent;

/** The settings of every component. */
function settingsOf({ otherWeb, ...named }: Components): readonly Settings[] {
  return [...Object.values(named).filter((one) => one !== undefined), ...Object.values(otherWeb)];
}

/** The folder of every component, each once. */
export function componentFolders(components: Components): string[] {
  return [...new Set(settingsOf(components).map(({ directory }) => directory))];
}

/**
 * What each component takes from other components: their folders, by its own. As configured (`takes`), and as its files and commands say: a path that
 * leads into another's folder, or that folder's name; also by way of what else the repository has, such as a script at its root. Rather one too many than
 * one too few: a change of what is taken tests the component again, and what is not taken is not there while it is tested.
 */
export function takenFolders(checkout: Checkout, components: Components): Readonly<Record<string, readonly string[]>> {
  const all = settingsOf(components);
  const folders = componentFolders(components);
  const bound = bindsAll(checkout);
  const shared = sharedParts(checkout, folders);
  const namedBy = new Map<string, readonly string[]>();
  const parts = [...folders, ...shared];
  const direct = (part: string): readonly string[] => {
    const known = namedBy.get(part);
    if (known) return known;
    const found = parts.filter((other) => other !== part && names(checkout, part, other));
    namedBy.set(part, found);
    return found;
  };
  const taken = folders.map((directory) => {
    const others = folders.filter((folder) => !within(folder, directory) && !within(directory, folder));
    if (bound) return [directory, others] as const;
    const settings = all.filter((one) => one.directory === directory);
    const text = settings.map((one) => JSON.stringify({ ...one, directory: undefined, takes: undefined })).join('\n');
    const reached = new Set<string>([directory]);
    const open = [directory, ...parts.filter((part) => part !== directory && says(text, part, [directory]))];
    for (let part = open.pop(); part !== undefined; part = open.pop()) {
      reached.add(part);
      open.push(...direct(part).filter((one) => !reached.has(one)));
    }
    const configured = settings.flatMap(({ takes }) => takes);
    return [
      directory,
      others.filter(
        (folder) => reached.has(folder) || configured.some((one) => within(folder, one) || within(one, folder)),
      ),
    ] as const;
  });
  return Object.fromEntries(taken);
}

/** Whether the repository's root makes one build of all its folders. */
function bindsAll(checkout: Checkout): boolean {
  return WORKSPACES.some((file) => checkout.has(file)) || jsonOf(checkout, 'package.json')?.workspaces !== undefined;
}

/** What the repository has outside of every component: each file and folder of its root, and of the folders that hold components. */
function sharedParts(checkout: Checkout, folders: readonly string[]): string[] {
  const parts = new Set<string>();
  for (const file of checkout.files) {
    if (folders.some((folder) => within(file, folder))) continue;
    const segments = file.split('/');
    let part = segments[0] ?? file;
    for (let at = 1; at < segments.length && folders.some((folder) => within(folder, part)); at++)
      part = segments.slice(0, at + 1).join('/');
    parts.add(part);
  }
  return [...parts];
}

/** Whether a part of the repository names another: one of its files, or a link. */
function names(checkout: Checkout, part: string, other: string): boolean {
  const files = checkout.files.includes(part) ? [part] : filesBelow(checkout, part).map((file) => `${part}/${file}`);
  return files.some((file) => {
    if (PROSE.test(file)) return false;
    return says(checkout.text(file) ?? '', other, [posix.dirname(file), part]);
  });
}

/** Whether a text names a part of the repository. @param from the folders that its paths may start at */
function says(text: string, part: string, from: readonly string[]): boolean {
  const outward = text.includes('../') ? (text.match(OUTWARD) ?? []) : [];
  const leads = outward.flatMap((one) => from.map((at) => posix.join(at, one)));
  if (leads.some((led) => within(led, part) || within(part, led))) return true;
  if (!text.includes(posix.basename(part))) return false;
  if (part.includes('/') && text.includes(part)) return true;
  const name = quoted(part);
  // Between quotes, slashes and what ends a word of a shell: `'api'`, `"$ROOT/api/openapi.json"`, `cp api/x .`; not `api` of a sentence.
  if (new RegExp(String.raw`["'\x60/]${name}["'\x60/]|(?:^|[\s=:(])${name}/`, 'm').test(text)) return true;
  // A path that a program joins: `join(__dirname, '..', 'api')`, `Path(__file__).parent.parent / "api"`.
  if (UPWARD.test(text) && new RegExp(String.raw`["'\x60]${quoted(posix.basename(part))}["'\x60]`).test(text))
    return true;
  return false;
}

/** A text as a regular expression matches it. */
function quoted(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** Whether a folder is another one or below it. */
export function within(folder: string, other: string): boolean {
  return other === '.' || `${folder}/`.startsWith(`${other}/`);
}
