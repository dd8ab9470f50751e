import { SYSTEM_TOOLS } from './tools';

/**
 * Programs of CodeBuild's own images that a machine may lack: a build that ends for want of one would continue in AWS. Source: the Dockerfiles of
 * aws/aws-codebuild-docker-images (`ubuntu/standard/5.0` to `8.0`, `al/x86_64/standard/5.0`): their packages, tools and runtimes.
 */
const IMAGE_TOOLS: ReadonlySet<string> = new Set([
  // of Debian's packages
  ...['7z', 'aria2c', 'asciidoc', 'autoconf', 'automake', 'bison', 'brotli', 'bzip2', 'convert', 'dig', 'envsubst', 'expect', 'fakeroot'],
  ...['flex', 'ftp', 'g++', 'gcc', 'gpg', 'hg', 'identify', 'libtool', 'lz4', 'm4', 'make', 'mediainfo', 'nc', 'netstat', 'nslookup', 'parallel'],
  ...['patchelf', 'pigz', 'pkg-config', 'rsync', 'shellcheck', 'sqlite3', 'ssh', 'sshpass', 'svn', 'swig', 'tclsh', 'telnet', 'upx', 'vim'],
  ...['xmllint', 'xmlto', 'xsltproc', 'xvfb-run', 'zsync'],
  // tools
  ...['amazon-ssm-agent', 'aws-iam-authenticator', 'chromedriver', 'chromium', 'docker-compose', 'docker-credential-ecr-login', 'ecs-cli', 'eksctl'],
  ...['firefox', 'geckodriver', 'gh', 'git-lfs', 'google-chrome', 'google-chrome-stable', 'pwsh', 'sam', 'stunnel'],
  // runtimes and what they bring along
  ...['ant', 'bundle', 'bundler', 'composer', 'gem', 'gofmt', 'goenv', 'grunt', 'irb', 'jar', 'javac', 'n', 'phpenv', 'pipenv', 'pyenv', 'rake'],
  ...['rbenv', 'sbt', 'virtualenv', 'webpack'],
  ...SYSTEM_TOOLS.filter((name) => !['cargo', 'dart', 'flutter', 'helm', 'podman', 'terraform'].includes(name)),
]); // prettier-ignore

/** How a shell, make, env, npm or a program says that a command is missing (`sh: 1: sam: not found`, `make: sam: No such file or directory`, `spawn sam ENOENT`). */
const MISSING = [
  /(?:^|[\s:])([A-Za-z0-9_.+-]+): (?:command )?not found/,
  /(?:^|\s)make(?:\[\d+\])?: ([A-Za-z0-9_.+-]+): No such file or directory/,
  /(?:^|\/)env: [‘'"]?([A-Za-z0-9_.+-]+)[’'"]?: No such file or directory/,
  /exec: "?([A-Za-z0-9_.+-]+)"?: (?:executable file )?not found/,
  /spawn ([A-Za-z0-9_.+-]+) ENOENT/,
  /\[Errno 2\] No such file or directory: '([A-Za-z0-9_.+-]+)'/,
];

/**
 * The program of CodeBuild's images for want of which a command failed here.
 * @param lines the last lines of what the command said
 * @param tool where a program is on this machine
 * @param ownImage whether the project's image is not CodeBuild's: what that one has is not known, so any program counts
 */
export function imageToolMissed(
  lines: readonly string[],
  tool: (name: string) => string | undefined,
  ownImage = false,
): string | undefined {
  return lines
    .slice(-20)
    .flatMap((line) => MISSING.map((form) => form.exec(line)?.[1]))
    .find((name) => name !== undefined && (ownImage || IMAGE_TOOLS.has(name)) && tool(name) === undefined);
}

/** Commands that install something: what they name may be there when it is used. */
const INSTALLS = /\b(install|add|get|upgrade|bootstrap|curl|wget|tar|unzip|cp|mv|ln|rbenv|pyenv|update-alternatives)\b/;

/**
 * The programs of CodeBuild's images that commands begin with, that this machine lacks and that no earlier command may have installed.
 * @param tool where a program is on this machine
 */
export function imageToolsNamedIn(commands: readonly string[], tool: (name: string) => string | undefined): string[] {
  const missing = new Set<string>();
  let installs = false;
  for (const command of commands)
    for (const line of command.split(/[\n;|&]+/)) {
      const [name = ''] = line
        .trim()
        .replace(/^((sudo|env|time|exec|then|do|else|if|!|command|nohup|timeout \S+)\s+|[A-Za-z_]\w*=\S*\s+)+/, '')
        .split(/\s/);
      if (IMAGE_TOOLS.has(name) && !SYSTEM_TOOLS.includes(name) && !installs && tool(name) === undefined)
        missing.add(name);
      installs ||= INSTALLS.test(line);
    }
  return [...missing];
}
