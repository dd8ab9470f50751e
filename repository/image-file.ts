import { posix } from 'node:path';
import picomatch from 'picomatch';
import { filesBelow, type Checkout } from './checkout';

/** What `components.NAME` says of a service's image. */
export interface ImageSettings {
  readonly directory: string;
  /** The folder that the image is built in; the component's where nothing is said. */
  readonly context?: string | undefined;
  /** A path in the context, or the text of a Dockerfile. */
  readonly dockerfile: string;
}

/** The Dockerfile of a service's image. */
export interface ImageFile {
  /** Where it stands: `saiondo.yaml` where it is a text of the configuration. */
  readonly file: string;
  readonly text: string | undefined;
  readonly context: string;
}

/** The Dockerfile of a service and the folder that it is built in. */
export function imageFileOf(
  checkout: Checkout,
  { directory, context = directory, dockerfile }: ImageSettings,
): ImageFile {
  const own = dockerfile.includes('FROM ');
  const file = own ? 'saiondo.yaml' : posix.join(context, dockerfile);
  return { file, text: own ? dockerfile : checkout.text(file), context };
}

/** What a Dockerfile copies and its context has not: each with its line. Variables, addresses and other stages are left out. */
export function lostCopies(
  checkout: Checkout,
  text: string,
  context: string,
): { readonly source: string; readonly line: number }[] {
  return copiesOf(text).filter(({ source }) => !isThere(checkout, context, source));
}

function isThere(checkout: Checkout, context: string, source: string): boolean {
  const path = source.replace(/^(\.?\/)+/, '').replace(/\/$/, '');
  if (path === '' || path === '.') return true;
  if (!/[*?[]/.test(path)) return checkout.has(posix.join(context, path));
  const matches = picomatch(path, { dot: true });
  return filesBelow(checkout, context).some(
    (file) => matches(file) || file.split('/').some((_, at, parts) => matches(parts.slice(0, at).join('/'))),
  );
}

/** The sources of COPY and ADD (docs.docker.com, "COPY"): words, or a JSON array; the last is where they go. */
function copiesOf(text: string): { readonly source: string; readonly line: number }[] {
  const found: { source: string; line: number }[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = at + 1;
    let whole = lines[at] ?? '';
    if (!/^\s*(COPY|ADD)\s/i.test(whole)) continue;
    while (/\\\s*$/.test(whole) && at + 1 < lines.length) whole = `${whole.replace(/\\\s*$/, ' ')}${lines[++at] ?? ''}`;
    const words = whole.trim().split(/\s+/).slice(1);
    const flags = words.filter((word) => word.startsWith('--'));
    if (flags.some((flag) => flag.startsWith('--from=')) || words.some((word) => word.startsWith('<<'))) continue;
    const rest = words.slice(flags.length).join(' ');
    const sources = rest.startsWith('[') ? jsonWords(rest) : rest.split(' ');
    for (const source of sources.slice(0, -1))
      if (!source.includes('$') && !/^[a-z]+:\/\/|^git@/.test(source)) found.push({ source, line });
  }
  return found;
}

function jsonWords(text: string): string[] {
  try {
    return (JSON.parse(text) as unknown[]).map(String);
  } catch {
    return [];
  }
}

/** A Dockerfile outside of a component's folder that is written for it: `Dockerfile` at the root, `docker/api.Dockerfile`, or what a compose file builds. */
export function foreignDockerfile(checkout: Checkout, directory: string): string | undefined {
  const name = posix.basename(directory);
  const mentions = (text: string): boolean =>
    new RegExp(`(^|[\\s"'./])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}([\\s"'/:]|$)`, 'm').test(text);
  const candidates = checkout.files.filter(
    (file) =>
      !file.startsWith(`${directory}/`) &&
      /(^|\/)([\w-]+\.)?Dockerfile(\.[\w-]+)?$/.test(file) &&
      file.split('/').length <= 3,
  );
  const named = candidates.filter((file) => new RegExp(`(^|[/.])${name}([/.]|$)`).test(file));
  return (
    named[0] ??
    candidates.find(
      (file) =>
        lostCopies(checkout, checkout.text(file) ?? '', '.').length === 0 && mentions(checkout.text(file) ?? ''),
    )
  );
}
