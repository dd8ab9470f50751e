import { posix } from 'node:path';
import { lineOf, type Checkout } from '../checkout';
import { foreignDockerfile, imageFileOf, lostCopies, type ImageSettings } from '../image-file';
import type { CheckFinding } from './finding';
import { missingFile } from './missing-file';

/**
 * The image of a service: its Dockerfile, what that copies, and a shell.
 * @param suggested the text of a Dockerfile for a service that has none
 */
export function checkImage(
  checkout: Checkout,
  name: 'api' | 'llm',
  settings: ImageSettings,
  suggested: () => string | undefined,
): CheckFinding[] {
  const { file, text, context } = imageFileOf(checkout, settings);
  const { directory } = settings;
  if (text === undefined) {
    const other = foreignDockerfile(checkout, directory);
    const missing = missingFile(
      `${name}.image`,
      checkout,
      file,
      `the Dockerfile of the ${name}’s image`,
      `components.${name}.dockerfile`,
    );
    if (other === undefined) {
      // A name that saiondo.yaml gives is a slip of the pen; without one a Dockerfile can stand in the configuration.
      const text = settings.dockerfile === 'Dockerfile' ? suggested() : undefined;
      return [
        text === undefined
          ? missing
          : {
              ...missing,
              fix: `${missing.fix}; or write its text there, as saiondo init does`,
              set: { [`components.${name}.dockerfile`]: text },
            },
      ];
    }
    return [
      {
        ...missing,
        where: { file: other },
        found: `${missing.found}; there is ${other}`,
        fix: `components.${name}.context: . and components.${name}.dockerfile: ${other}`,
        set: { [`components.${name}.context`]: '.', [`components.${name}.dockerfile`]: other },
      },
    ];
  }
  const place = file === 'saiondo.yaml' ? { file, path: `components.${name}.dockerfile` } : { file };
  const at = (line: number): CheckFinding['where'] => (file === 'saiondo.yaml' ? place : { file, line });
  const last = [...text.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)/gim)].map((match) => match[1] ?? '').at(-1) ?? '';
  return [
    ...(/distroless|^scratch$|chainguard/.test(last)
      ? [
          {
            what: `${name}.image`,
            level: 'stops' as const,
            where: at(lineOf(text, last) ?? 1),
            found: `${last} has no shell`,
            needed: `an image with sh, which runs components.${name}.command`,
            fix: 'start from an image with a shell, such as node:20-slim',
          },
        ]
      : []),
    ...checkCopies(checkout, name, settings, { file, text, context }, at),
  ];
}

function checkCopies(
  checkout: Checkout,
  name: string,
  { directory }: ImageSettings,
  { file, text, context }: { readonly file: string; readonly text: string; readonly context: string },
  at: (line: number) => CheckFinding['where'],
): CheckFinding[] {
  const lost = lostCopies(checkout, text, context);
  const [first] = lost;
  if (!first) return [];
  const ofRoot = context !== '.' && lostCopies(checkout, text, '.').length === 0;
  const dockerfile = file === 'saiondo.yaml' ? undefined : file;
  return [
    {
      what: `${name}.image`,
      level: 'stops',
      where: at(first.line),
      found: `it copies ${[...new Set(lost.map(({ source }) => source))].slice(0, 3).join(', ')}, which ${context} has not`,
      needed:
        'files of the folder that the image is built in (its context), as the repository has them: nothing is built ahead of it',
      fix: ofRoot
        ? `components.${name}.context: .${dockerfile ? ` and components.${name}.dockerfile: ${dockerfile}` : ''}: the repository has them from its root`
        : `fix ${posix.basename(file)}: build in a stage of its own what no file of ${directory} is; or name another folder in components.${name}.context`,
      ...(ofRoot && dockerfile
        ? { set: { [`components.${name}.context`]: '.', [`components.${name}.dockerfile`]: dockerfile } }
        : {}),
    },
  ];
}
