import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { SaiondoError } from '../../model/errors';
import type { Calls } from '../aws';
import type { ArtifactReader } from './artifact-reader';

/** An artifact larger than this is not read into memory, in bytes. */
const LARGEST = 300 * 1024 * 1024;
/** A file larger than this is not a template, migration or contract, in bytes. */
const LARGEST_FILE = 8 * 1024 * 1024;

/** Artifacts as CodePipeline keeps them in its bucket: zipped (CodePipeline User Guide, "Input and output artifacts"). */
export function s3Artifacts(aws: Pick<Calls, 'getObject'>): ArtifactReader {
  const archives = new Map<string, Promise<Buffer | undefined>>();
  return {
    read: async ({ bucket, key }, wanted) => {
      if (!bucket || !key) return undefined;
      const address = `${bucket}/${key}`;
      let archive = archives.get(address);
      if (!archive) {
        archive = download(aws, bucket, key);
        archives.set(address, archive);
      }
      const bytes = await archive;
      return bytes && filesOf(bytes, wanted);
    },
  };
}

async function download(aws: Pick<Calls, 'getObject'>, bucket: string, key: string): Promise<Buffer | undefined> {
  try {
    const { Body, ContentLength } = await aws.getObject({ Bucket: bucket, Key: key });
    if ((ContentLength ?? 0) > LARGEST)
      throw new SaiondoError(`the artifact is too large to be read here (${ContentLength} bytes)`, {
        code: 'TOO_LARGE',
      });
    return Body && Buffer.from(await Body.transformToByteArray());
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
    throw error;
  }
}

/** The wanted files of a zip. Nothing is written to the disk, so a path that leads out leads nowhere. */
function filesOf(bytes: Buffer, wanted: (path: string) => boolean): Promise<Map<string, string>> {
  return new Promise((done, fail) => {
    fromBuffer(bytes, { lazyEntries: true }, (problem, zip?: ZipFile) => {
      if (problem || !zip) return fail(problem ?? new Error('not a zip'));
      const files = new Map<string, string>();
      zip.on('error', fail);
      zip.on('end', () => done(files));
      zip.on('entry', (entry: Entry) => {
        if (!wanted(entry.fileName) || entry.uncompressedSize > LARGEST_FILE) return zip.readEntry();
        zip.openReadStream(entry, (error, stream) => {
          if (error || !stream) return fail(error ?? new Error('no stream'));
          const chunks: Buffer[] = [];
          stream.on('data', (chunk: Buffer) => chunks.push(chunk));
          stream.on('error', fail);
          stream.on('end', () => {
            files.set(entry.fileName, Buffer.concat(chunks).toString('utf8'));
            zip.readEntry();
          });
        });
      });
      zip.readEntry();
    });
  });
}
