import * as fs from 'node:fs';
import * as path from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as yauzl from 'yauzl';
import * as yazl from 'yazl';
import { SaiondoError } from '../../model/errors';

/** How much an archive may unpack to. It comes from outside: a small one can hold a disk full. */
export interface ZipLimits {
  /** Bytes of all files together. */
  readonly bytes: number;
  readonly entries: number;
}

/** Above every artifact that CodePipeline takes (7 GB from S3; User Guide, "Quotas in AWS CodePipeline"). */
export const ZIP_LIMITS: ZipLimits = { bytes: 16 * 1024 ** 3, entries: 200_000 };

const LINK = 0o120000;
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
 * that leads out, below a link, or a link that leads out refuses the whole archive. Links are made last, so that no file is written through one.
 * @throws SaiondoError `ARTIFACT_UNSAFE`, `ARTIFACT_TOO_LARGE`, `ARTIFACT_INVALID`
 */
export async function unzip(file: string, target: string, limits: ZipLimits = ZIP_LIMITS): Promise<void> {
  const archive = await yauzl.openPromise(file, { lazyEntries: true, autoClose: false }).catch((cause: unknown) => {
    throw invalid(file, cause);
  });
  try {
    await unpack(archive, path.resolve(target), limits);
  } catch (cause) {
    throw cause instanceof SaiondoError ? cause : invalid(file, cause);
  } finally {
    archive.close();
  }
}

async function unpack(archive: yauzl.ZipFile, target: string, limits: ZipLimits): Promise<void> {
  const links = new Map<string, string>();
  const left = { bytes: limits.bytes, entries: limits.entries };
  for await (const entry of entries(archive)) {
    if (--left.entries < 0) throw tooLarge(`more than ${limits.entries} entries`);
    const to = path.resolve(target, entry.fileName);
    if (to !== target && !to.startsWith(target + path.sep)) throw unsafe(`the entry ${entry.fileName} leads out of it`);
    const mode = entry.externalFileAttributes >>> 16;
    if (entry.fileName.endsWith('/')) {
      fs.mkdirSync(to, { recursive: true });
      continue;
    }
    fs.mkdirSync(path.dirname(to), { recursive: true });
    const content = await archive.openReadStreamPromise(entry);
    if ((mode & TYPE) === LINK) {
      const chunks: Buffer[] = [];
      for await (const chunk of content.pipe(upTo({ bytes: MOST_TARGET }))) chunks.push(chunk as Buffer);
      links.set(to, Buffer.concat(chunks).toString('utf8'));
      continue;
    }
    await pipeline(content, upTo(left, limits.bytes), fs.createWriteStream(to, { mode: mode & 0o777 || 0o644 }));
  }
  for (const [at, leadsTo] of links) {
    const end = path.resolve(path.dirname(at), leadsTo);
    if (path.isAbsolute(leadsTo) || (end !== target && !end.startsWith(target + path.sep)))
      throw unsafe(`the link ${path.relative(target, at)} leads out of it, to ${leadsTo}`);
    const through = [...links.keys()].find(
      (other) => at.startsWith(other + path.sep) || end.startsWith(other + path.sep),
    );
    if (through || fs.existsSync(at))
      throw unsafe(`the link ${path.relative(target, at)} stands where another entry does, or leads through one`);
    fs.symlinkSync(leadsTo, at);
  }
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
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const at = path.join(entry.parentPath ?? entry.path, entry.name);
    const name = path.relative(folder, at);
    const stat = fs.lstatSync(at);
    if (entry.isSymbolicLink())
      archive.addBuffer(Buffer.from(fs.readlinkSync(at)), name, { mode: stat.mode, mtime: stat.mtime });
    else if (entry.isFile()) archive.addFile(at, name, { mode: stat.mode, mtime: stat.mtime });
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
  return new SaiondoError(`${path.basename(file)} is no zip archive that can be read: ${why}`, {
    code: 'ARTIFACT_INVALID',
    cause,
  });
}
