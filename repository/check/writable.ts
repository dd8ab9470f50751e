import { posix } from 'node:path';
import type { Configuration } from '../../config/load';
import { filesBelow, type Checkout } from '../checkout';
import { imageFileOf } from '../image-file';
import type { CheckFinding } from './finding';

/** Loggers that write files, as their libraries are called (github.com/winstonjs/winston, pinojs/pino; docs.python.org, "logging.handlers"; loguru). */
const LOGGERS: Readonly<Record<'api' | 'llm', { readonly files: RegExp; readonly finds: RegExp }>> = {
  api: {
    files: /\.[cm]?[jt]s$/,
    finds:
      /(?:transports\.File|DailyRotateFile|pino\.destination|createWriteStream|appendFileSync)\(\s*(?:\{[^}]*?(?:filename|dirname|dest)\s*:\s*)?['"`]([^'"`$]+)['"`]/,
  },
  llm: {
    files: /\.py$/,
    finds:
      /(?:\b(?:File|RotatingFile|TimedRotatingFile|WatchedFile)Handler\(\s*(?:filename\s*=\s*)?|\bbasicConfig\([^)]*?\bfilename\s*=\s*|\blogger\.add\(\s*)['"]([^'"{}]+)['"]/,
  },
};
const TESTS =
  /(^|\/)(test|tests|__tests__|scripts|migrations)\/|[.-](spec|test)\.[cm]?[jt]s$|(^|\/)(test_[^/]*|conftest)\.py$/;

/** Files that a service logs to, which a read-only root file system refuses (EROFS): the service ends as it starts. */
export function checkWritable(
  checkout: Checkout,
  { components, environments }: Configuration,
  service: 'api' | 'llm',
): CheckFinding[] {
  const component = components[service];
  if (!component) return [];
  const { directory } = component;
  const { text: image = '' } = imageFileOf(checkout, component);
  const workdir = [...image.matchAll(/^\s*WORKDIR\s+(\S+)/gim)].at(-1)?.[1] ?? '/app';
  const targets = filesBelow(checkout, directory).flatMap((relative) => {
    const logger = TESTS.test(relative) || !LOGGERS[service].files.test(relative) ? undefined : LOGGERS[service];
    const file = posix.join(directory, relative);
    const text = logger ? (checkout.text(file) ?? '') : '';
    const match = logger?.finds.exec(text);
    const target = match?.[1];
    if (!match || !target || target.startsWith('/tmp/') || target.startsWith('/dev/')) return [];
    const whole = target.startsWith('/') ? target : posix.join(workdir, target);
    return [
      { file, line: text.slice(0, match.index).split('\n').length, target, folder: whole.replace(/\/[^/]*\.\w+$/, '') },
    ];
  });
  return (['dev', 'prod'] as const).flatMap((name) => {
    const { writable } = environments[name].services[service];
    return targets
      .filter(({ folder }) => !writable.some((one) => folder === one || folder.startsWith(`${one}/`)))
      .map(({ file, line, target, folder }) => ({
        what: `${service}.writable`,
        level: 'stops' as const,
        where: { file, line },
        found: `it writes to ${target}`,
        needed: `a folder that may be written to: the container’s root is read-only (${name})`,
        fix: `environments.${name}.services.${service}.writable: [${folder}], or log to standard output`,
        // Two loggers of two folders: what is set for the one keeps the other.
        set: {
          [`environments.${name}.services.${service}.writable`]: [
            ...new Set([...writable, ...targets.map((one) => one.folder)]),
          ],
        },
      }));
  });
}
