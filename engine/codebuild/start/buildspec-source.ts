import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../../model/errors';
import type { ArtifactFolder } from '../../ports/action';
import { send } from '../../endpoint/aws-client';
import type { LocalAws } from '../../ports/local-aws';
import type { Buildspec } from '../spec/buildspec';
import { MOST_INLINE_BUILDSPEC } from '../../cloudformation/template/service-refusals';
import { realPathInside } from '../../files/folder-walk';
import { MOST_BUILDSPEC_BYTES, tooLargeBuildspec, type OriginalFile } from '../spec/buildspec-document';
import { parseBuildspec, readBuildspec } from '../spec/parse-buildspec';
import { isOwnFile } from '../../files/own-files';
import type { Project } from '../project/project';

/** A buildspec that was read, and the name that a person knows it by. */
export interface FoundBuildspec {
  readonly buildspec: Buildspec;
  readonly file: string;
}

/** Whether a project's `BuildSpec` is the buildspec itself and not where to find it: a path or an ARN is one line without a key. */
export function isInline(given: string): boolean {
  return /^\s*\{|\n/.test(given) || /^\s*version\s*:/.test(given);
}

/** The buildspec that a project carries in itself, undefined where it names a file. @throws SaiondoError `BUILDSPEC_INVALID` */
export function inlineBuildspec(project: Project, given = project.buildspec): FoundBuildspec | undefined {
  if (!isInline(given)) return undefined;
  const { own, original } = inlineName(project, given);
  return { buildspec: parseBuildspec(given, own, original), file: original?.file ?? own };
}

/** {@link inlineBuildspec} where a large one holds nothing up. @throws SaiondoError `BUILDSPEC_INVALID` */
export async function readInlineBuildspec(project: Project, given: string): Promise<FoundBuildspec> {
  const { own, original } = inlineName(project, given);
  return { buildspec: await readBuildspec(given, own, original), file: original?.file ?? own };
}

/** What errors of an inline buildspec call it, and the file that it was made of. @throws SaiondoError `BUILDSPEC_INVALID` where it is too long */
function inlineName(project: Project, given: string): { own: string; original: OriginalFile | undefined } {
  if (given.length > MOST_INLINE_BUILDSPEC)
    throw new SaiondoError(
      `the inline buildspec of ${project.name} has ${given.length} characters; CodeBuild takes at most ${MOST_INLINE_BUILDSPEC}`,
      {
        code: 'BUILDSPEC_INVALID',
        where: project.place('Source.BuildSpec'),
        next: 'put it into a file of the source, or into S3',
      },
    );
  const original = given === project.buildspec ? project.buildspecSource : undefined;
  return { own: `${project.name}.buildspec.${given.trimStart().startsWith('{') ? 'json' : 'yml'}`, original };
}

/**
 * Finds a build's specification (CodeBuild User Guide, "Buildspec file name and storage location"): the text itself; a file of the primary
 * source, `buildspec.yml` where none is named; an object of S3, read from the local AWS endpoint or, before an asset was published,
 * from the assembly among the inputs.
 * @throws SaiondoError `BUILDSPEC_MISSING`, `BUILDSPEC_INVALID`
 */
export async function findBuildspec(options: {
  readonly project: Project;
  /** Instead of the project's: `BuildspecOverride` of an action, `buildspec` of a batch task. */
  readonly override?: string;
  readonly source: string;
  readonly inputs: readonly ArtifactFolder[];
  readonly local: LocalAws;
}): Promise<FoundBuildspec> {
  const { project, source } = options;
  const given = options.override ?? project.buildspec;
  if (isInline(given)) return readInlineBuildspec(project, given);
  const arn = /^arn:[^:]*:s3:::([^/]+)\/(.+)$/.exec(given);
  if (arn) {
    const [, bucket = '', key = ''] = arn;
    return { buildspec: await readBuildspec(await fromS3(options, bucket, key), `s3://${bucket}/${key}`), file: given };
  }
  const name = given || 'buildspec.yml';
  const at = path.resolve(source, name);
  const real = at.startsWith(source + path.sep) && isOwnFile(source, at) ? fs.realpathSync(at) : undefined;
  if (real === undefined) {
    throw new SaiondoError(`the source has no buildspec file ${name}`, {
      code: 'BUILDSPEC_MISSING',
      where: { file: name },
      next: `the project ${project.name} names it`,
    });
  }
  return { buildspec: await readBuildspec(readText(real, name), name), file: name };
}

/** A buildspec's file. @throws SaiondoError `BUILDSPEC_INVALID` for one that is larger than a buildspec is read */
function readText(file: string, name: string): string {
  const { size } = fs.statSync(file);
  if (size > MOST_BUILDSPEC_BYTES) throw tooLargeBuildspec(name, size);
  return fs.readFileSync(file, 'utf8');
}

async function fromS3(
  options: { readonly project: Project; readonly inputs: readonly ArtifactFolder[]; readonly local: LocalAws },
  bucket: string,
  key: string,
): Promise<string> {
  const { project, inputs, local } = options;
  const path_ = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const answer = await send(local, project.account, project.region, 's3', 'GET', path_).catch(() => undefined);
  if (answer?.status === 200) return answer.text;
  // cdk-assets publishes `asset.<hash>.yml` of the assembly as `<hash>.yml`.
  const name = path.posix.basename(key);
  for (const input of inputs) {
    for (const file of [path.join(input.path, `asset.${name}`), path.join(input.path, name)]) {
      const real = realPathInside(file, [input.path]);
      if (real !== undefined) return readText(real, name);
    }
  }
  throw new SaiondoError(`the buildspec s3://${bucket}/${key} is not on the local AWS endpoint`, {
    code: 'BUILDSPEC_MISSING',
    where: project.place('Source.BuildSpec'),
    next: `put it there: aws s3 cp buildspec.yml s3://${bucket}/${key}`,
  });
}
