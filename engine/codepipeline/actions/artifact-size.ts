import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ActionContext } from '../../ports/action';

/** The largest input artifact of a CloudFormation action, in megabytes (CodePipeline User Guide, "Quotas in AWS CodePipeline"). */
const MEGABYTES = 256;
const MEGABYTE = 1024 * 1024;

/** Says each input artifact that is larger than CodePipeline takes for this action. AWS counts the zipped artifact, so this is a hint, not an error. */
export async function sayLargeArtifacts({ action, stage, inputs, emit }: ActionContext): Promise<void> {
  for (const { name, path: folder } of inputs) {
    const megabytes = (await bytesOf(folder)) / MEGABYTE;
    if (megabytes > MEGABYTES)
      emit({
        kind: 'message',
        level: 'limit',
        text: `${stage}/${action.name}: the artifact ${name} has ${Math.ceil(megabytes)} MB; CodePipeline takes ${MEGABYTES} MB of a zipped artifact for a CloudFormation action`,
      });
  }
}

/** Bytes of the files below a folder; links are not followed. */
async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await fs.promises.readdir(folder, { withFileTypes: true })) {
    const at = path.join(folder, entry.name);
    if (entry.isDirectory()) bytes += await bytesOf(at);
    else if (entry.isFile()) bytes += (await fs.promises.stat(at)).size;
  }
  return bytes;
}
