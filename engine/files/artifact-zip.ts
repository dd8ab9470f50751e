import * as fs from 'node:fs';
import * as path from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as yauzl from 'yauzl';
import * as yazl from 'yazl';
import { SaiondoError } from '../../model/errors';
import { walkFiles } from './folder-walk';
import { Turns } from './turns';
import { refusedLink } from './zip-links';

/** How much an archive may unpack to. It comes from outside: a small one can hold a disk full. */
export interface ZipLimits {
  /** Bytes of all files together. */
  readonly bytes: number;
  readonly entries: number;
}

/** Above every artifact that CodePipeline takes (7 GB from S3; User Guide, "Quotas in AWS CodePipeline"). */
export const ZIP_LIMITS: ZipLimits = { bytes: 16 * 1024 ** 3, entries: 200_000 };

/** An archive unpacks to so many times its own size at most, or to this many bytes: more is made to fill a disk. */
const MOST_RATIO = 200;
const ALWAYS_BYTES = 1024 ** 3;

const LINK = 0o120000;
const FILE = 0o100000;
const FOLDER = 0o040000;
const TYPE = 0o170000;
/** Characters of a link's target. */
const MOST_TARGET = 4096;

/** Whether a file begins as a zip archive does. */
export function isZip(file: string): boolean {
  const start = Buffer.alloc(4);
  const handle = fs.openSync(file, 'r');
  try {
    fs.readSync(handle, start, 0, 4, 0);
  } finally {
    fs.closeSync(handle);
  }
  return start.equals(Buffer.from([0x50, 0x4b, 3, 4])) || start.equals(Buffer.from([0x50, 0x4b, 5, 6]));
}

/**
 * Unpacks a zip archive into an empty folder, with modes and symbolic links. Nothing of it may land, or lead, outside: an entry with a path
 * that leads out, one below a link, a name that is there twice, a device, and a link that leads out, also by way of other links, refuse the
 * whole archive. Links are made last, so that no file is written through one.
 * @throws SaiondoError `ARTIFACT_UNSAFE`, `ARTIFACT_TOO_LARGE`, `ARTIFACT_INVALID`
 */
export async function unzip(file: string, target: string, limits: ZipLimits = ZIP_LIMITS): Promise<void> {
  const archive = await yauzl.openPromise(file, { lazyEntries: true, autoClose: false }).catch((cause: unknown) => {
    throw invalid(file, cause);
  });
  try {
    const most = Math.max(ALWAYS_BYTES, fs.statSync(file).size * MOST_RATIO);
    await unpack(archive, path.resolve(target), { ...limits, bytes: Math.min(limits.bytes, most) });
  } catch (cause) {
    throw cause instanceof SaiondoError ? cause : invalid(file, cause);
  } finally {
    archive.close();
  }
}

async function unpack(archive: yauzl.ZipFile, target: string, limits: ZipLimits): Promise<void> {
  const links = new Map<string, string>();
  const folders = new Set<string>(['']);
  const left = { bytes: limits.bytes, entries: limits.entries };
  const turns = new Turns();
  // Folders that no entry names count too: an entry can bring two thousand of them.
  const makeFolder = (name: string): void => {
    const missing: string[] = [];
    for (let at = name; !folders.has(at); at = parentOf(at)) missing.push(at);
    left.entries -= missing.length;
    if (left.entries < 0) throw tooLarge(`more than ${limits.entries} entries`);
    for (const one of missing) folders.add(one);
    if (missing.length > 0) fs.mkdirSync(path.join(target, name), { recursive: true });
  };
  for await (const entry of entries(archive)) {
    if (turns.due()) await turns.give();
    if (--left.entries < 0) throw tooLarge(`more than ${limits.entries} entries`);
    const name = path.posix.normalize(entry.fileName).replace(/\/$/, '');
    if (name === '..' || name.startsWith('../') || path.isAbsolute(name))
      throw unsafe(`the entry ${entry.fileName} leads out of it`);
    const mode = entry.externalFileAttributes >>> 16;
    if (entry.fileName.endsWith('/') || (mode & TYPE) === FOLDER) {
      makeFolder(name === '.' ? '' : name);
      continue;
    }
    if (![0, FILE, LINK].includes(mode & TYPE))
      throw unsafe(`the entry ${entry.fileName} is a device, a pipe or a socket`);
    makeFolder(parentOf(name));
    const content = await archive.openReadStreamPromise(entry);
    if ((mode & TYPE) === LINK) {
      if (links.has(name)) throw twice(name);
      const chunks: Buffer[] = [];
      for await (const chunk of content.pipe(upTo({ bytes: MOST_TARGET }))) chunks.push(chunk as Buffer);
      links.set(name, Buffer.concat(chunks).toString('utf8'));
      continue;
    }
    const to = fs.createWriteStream(path.join(target, name), { mode: mode & 0o777 || 0o644, flags: 'wx' });
    await pipeline(content, upTo(left, limits.bytes), to).catch((cause: unknown) => {
      throw hasCode(cause, 'EEXIST', 'EISDIR') ? twice(name) : cause;
    });
  }
  await makeLinks(links, target);
}

async function makeLinks(links: ReadonlyMap<string, string>, target: string): Promise<void> {
  const refused = await refusedLink(links);
  if (refused)
    throw unsafe(
      refused.why === 'too many'
        ? `its links lead through one another so often that it is not known where ${refused.name} leads`
        : `the link ${refused.name} leads out of it, to ${refused.leadsTo}`,
    );
  const turns = new Turns();
  for (const [name, leadsTo] of links) {
    if (turns.due()) await turns.give();
    try {
      fs.symlinkSync(leadsTo, path.join(target, name));
    } catch (cause) {
      // A file, a folder or a link is there: of the same name, or of one that this file system takes for the same.
      throw hasCode(cause, 'EEXIST') ? twice(name) : cause;
    }
  }
}

function parentOf(name: string): string {
  const end = name.lastIndexOf('/');
  return end < 0 ? '' : name.slice(0, end);
}

function hasCode(cause: unknown, ...codes: readonly string[]): boolean {
  return codes.includes((cause as NodeJS.ErrnoException).code ?? '');
}

function twice(name: string): SaiondoError {
  return unsafe(`the entry ${name} is where another entry is`);
}

async function* entries(archive: yauzl.ZipFile): AsyncGenerator<yauzl.Entry> {
  for (;;) {
    const entry = await new Promise<yauzl.Entry | undefined>((done, fail) => {
      const clear = (): void => {
        archive.removeListener('entry', onEntry).removeListener('end', onEnd).removeListener('error', onError);
      };
      const onEntry = (one: yauzl.Entry): void => (clear(), done(one));
      const onEnd = (): void => (clear(), done(undefined));
      const onError = (error: Error): void => (clear(), fail(error));
      archive.on('entry', onEntry).on('end', onEnd).on('error', onError);
      archive.readEntry();
    });
    if (!entry) return;
    yield entry;
  }
}

/** Passes bytes on while there is room; what an entry says of its own size is not believed. */
function upTo(left: { bytes: number }, most = left.bytes): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
      left.bytes -= chunk.length;
      if (left.bytes < 0) done(tooLarge(`more than ${most} bytes`));
      else done(null, chunk);
    },
  });
}

/** Zips a folder as CodePipeline's artifacts are zipped: paths from the folder on, modes and symbolic links kept. */
export async function zip(folder: string, file: string): Promise<void> {
  const archive = new yazl.ZipFile();
  for await (const { relative, full, link } of walkFiles(folder)) {
    const { mode, mtime } = fs.lstatSync(full);
    if (link) archive.addBuffer(Buffer.from(fs.readlinkSync(full)), relative, { mode, mtime });
    else archive.addFile(full, relative, { mode, mtime });
  }
  archive.end();
  await pipeline(archive.outputStream, fs.createWriteStream(file, { mode: 0o600 }));
}

function unsafe(why: string): SaiondoError {
  return new SaiondoError(`the archive is refused: ${why}`, {
    code: 'ARTIFACT_UNSAFE',
    next: 'make it anew from inside its folder, without links that lead out',
  });
}

function tooLarge(what: string): SaiondoError {
  return new SaiondoError(`the archive unpacks to ${what}`, {
    code: 'ARTIFACT_TOO_LARGE',
    next: 'CodePipeline takes source artifacts of up to 7 GB from S3 and 1 GB from elsewhere',
  });
}

function invalid(file: string, cause: unknown): SaiondoError {
  const why = cause instanceof Error ? cause.message : String(cause);
  // yauzl refuses names that lead out by itself.
  if (/^(absolute path|invalid relative path|invalid characters in fileName)/.test(why)) return unsafe(why);
  return new SaiondoError(`${path.basename(file)} is not a zip archive that can be read: ${why}`, {
    code: 'ARTIFACT_INVALID',
    cause,
  });
}
