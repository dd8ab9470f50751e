import { which } from '../../host/tools';

/** What CodeBuild's own Linux images have in common with this machine, and what not. */
export interface ImageFacts {
  /** `/bin/sh` is bash on Amazon Linux and dash on Ubuntu. */
  readonly sh: 'dash' | 'bash';
  /** Versions by runtime, ascending, the first figures that matter. */
  readonly runtimes: Readonly<Record<string, readonly string[]>>;
  /** The Node.js of a build that asks for no runtime. */
  readonly defaultNode: string;
}

const SEVEN = {
  nodejs: ['18', '20', '22', '24'],
  python: ['3.9', '3.10', '3.11', '3.12', '3.13', '3.14'],
  java: ['corretto8', 'corretto11', 'corretto17', 'corretto21', 'corretto25'],
  golang: ['1.20', '1.21', '1.22', '1.23', '1.24', '1.25', '1.26'],
  ruby: ['3.1', '3.2', '3.3', '3.4', '4.0'],
  php: ['8.2', '8.3', '8.4', '8.5'],
  dotnet: ['6.0', '8.0', '10.0'],
};
const EIGHT = {
  nodejs: ['22', '24'],
  python: ['3.10', '3.11', '3.12', '3.13', '3.14'],
  golang: ['1.24', '1.25', '1.26'],
  ruby: ['3.3', '3.4', '4.0'],
  dotnet: ['8.0', '10.0'],
  rust: ['1.93'],
};

/** Of AWS's Dockerfiles (aws/aws-codebuild-docker-images), April 2026. */
const IMAGES: readonly (readonly [RegExp, ImageFacts])[] = [
  [/^aws\/codebuild\/standard:7\.0/, { sh: 'dash', runtimes: SEVEN, defaultNode: '18' }],
  [/^aws\/codebuild\/standard:8\.0/, { sh: 'dash', runtimes: EIGHT, defaultNode: '24' }],
  [/^aws\/codebuild\/amazonlinux.*-standard:5\.0/, { sh: 'bash', runtimes: SEVEN, defaultNode: '18' }],
  [/^aws\/codebuild\/amazonlinux.*-standard:6\.0/, { sh: 'bash', runtimes: EIGHT, defaultNode: '24' }],
];

/** What is known of an image, undefined for one that is not AWS's or too old. */
export function imageFacts(image: string): ImageFacts | undefined {
  return IMAGES.find(([pattern]) => pattern.test(image))?.[1];
}

/** Whether CodeBuild provides the image itself. */
export function isCodeBuildImage(image: string): boolean {
  return image.startsWith('aws/codebuild/') || image.startsWith('public.ecr.aws/codebuild/');
}

/**
 * The shell that runs a build's commands: `env.shell`, or what `/bin/sh` is in the image, by its path, so that a build may change PATH.
 * @returns and, where this machine has not that shell, what runs instead
 */
export function shellProgram(
  shell: 'bash' | 'sh' | undefined,
  image: string,
): { program: ShellProgram; instead?: string } {
  const bash = which('bash');
  if (shell === 'bash')
    return bash ? { program: { file: bash, args: [] } } : { program: SH, instead: 'this machine has no bash' };
  const sh = imageFacts(image)?.sh;
  if (sh === 'bash')
    return bash
      ? { program: { file: bash, args: ['--posix'] } }
      : { program: SH, instead: 'sh is bash in this image; this machine has no bash' };
  const dash = which('dash');
  if (dash) return { program: { file: dash, args: [] } };
  return sh === 'dash'
    ? { program: SH, instead: 'sh is dash in this image; this machine has no dash' }
    : { program: SH };
}

const SH: ShellProgram = { file: '/bin/sh', args: [] };

/** A shell as it is started: its path, and arguments ahead of the script. */
export interface ShellProgram {
  readonly file: string;
  readonly args: readonly string[];
}

/** A shell as it is started: its path, and arguments ahead of the script. */
export interface ShellProgram {
  readonly file: string;
  readonly args: readonly string[];
}
