import * as fs from 'node:fs';
import * as path from 'node:path';
import { SECOND_NAMES, which } from '../host/tools';

/** Docker as builds call it: ECR's host names become the local registry, a login there succeeds, everything else is Docker's. */
function dockerShim(docker: string, registry: string): string {
  return `#!/bin/sh
# Made by the rehearsal: ECR's registry is ${registry} here.
if [ "$1" = login ]; then
  cat > /dev/null
  echo "Login Succeeded"
  exit 0
fi
for argument do
  shift
  case "$argument" in
    *.dkr.ecr.*.amazonaws.com*)
      argument=$(printf '%s' "$argument" | sed -E 's#[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com#${registry}#g') ;;
  esac
  set -- "$@" "$argument"
done
exec '${docker}' "$@"
`;
}

/** Writes the folder that builds have first on PATH. */
export function writeShims(directory: string, options: { docker?: string; registry?: string; awsBin: string }): void {
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory, { recursive: true });
  if (options.docker && options.registry) {
    fs.writeFileSync(path.join(directory, 'docker'), dockerShim(options.docker, options.registry), { mode: 0o755 });
  }
  // CodeBuild's images have yarn 1; here npm brings it when a lock file asks for it.
  fs.writeFileSync(path.join(directory, 'yarn'), '#!/bin/sh\nexec npx --yes yarn@1.22.22 "$@"\n', { mode: 0o755 });
  for (const [name, second] of Object.entries(SECOND_NAMES))
    if (!which(name) && which(second))
      fs.writeFileSync(path.join(directory, name), `#!/bin/sh\nexec ${second} "$@"\n`, { mode: 0o755 });
  const aws = path.join(options.awsBin, 'aws');
  if (fs.existsSync(aws)) fs.symlinkSync(aws, path.join(directory, 'aws'));
}

/** What an image reference of ECR is on this machine. */
export function localImage(image: string, registry: string): string {
  return image.replace(/\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/, registry);
}
