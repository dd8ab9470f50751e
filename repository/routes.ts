import { posix } from 'node:path';
import { filesBelow, type Checkout } from './checkout';

/** A path that a service answers, as far as its code shows it, and where. */
export interface Route {
  readonly path: string;
  readonly file: string;
  readonly line: number;
}

const joined = (...parts: string[]): string =>
  `/${parts
    .flatMap((part) => part.split('/'))
    .filter(Boolean)
    .join('/')}`;
const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;

/** The paths that a NestJS, Express or Fastify project answers to GET. A global prefix comes ahead of NestJS’s, unless it excludes them. */
export function nodeRoutes(checkout: Checkout, directory: string): Route[] {
  const files = filesBelow(checkout, directory).filter(
    (file) => /\.[cm]?[jt]s$/.test(file) && !/(^|\/)(test|tests|e2e)\/|\.(spec|test)\./.test(file),
  );
  const texts = files.map(
    (file) => [posix.join(directory, file), checkout.text(posix.join(directory, file)) ?? ''] as const,
  );
  const prefix = texts.map(([, text]) => /setGlobalPrefix\(\s*['"]([^'"]+)['"]\s*([^)]*)/.exec(text)).find(Boolean);
  return texts.flatMap(([file, text]) => [
    ...[...text.matchAll(/@Controller\(\s*(?:['"]([^'"]*)['"])?[^)]*\)/g)].flatMap((controller) => {
      const end = text.indexOf('@Controller(', controller.index + 1);
      const body = text.slice(controller.index, end < 0 ? undefined : end);
      return [...body.matchAll(/@Get\(\s*(?:['"]([^'"]*)['"])?\s*\)/g)].map((get) => {
        const own = joined(controller[1] ?? '', get[1] ?? '');
        const excluded = prefix?.[2]?.includes(own.slice(1).split('/')[0] ?? own);
        return {
          path: prefix && !excluded ? joined(prefix[1] ?? '', own) : own,
          file,
          line: lineAt(text, controller.index + get.index),
        };
      });
    }),
    ...[...text.matchAll(/\b(?:app|router|server|fastify)\.get\(\s*['"](\/[^'"]*)['"]/g)].map((match) => ({
      path: match[1] ?? '/',
      file,
      line: lineAt(text, match.index),
    })),
  ]);
}

/** The paths that a FastAPI or Flask project answers to GET. FastAPI sends `/health` on to `/health/`. */
export function pythonRoutes(checkout: Checkout, directory: string): Route[] {
  return filesBelow(checkout, directory)
    .filter((file) => file.endsWith('.py'))
    .flatMap((relative) => {
      const file = posix.join(directory, relative);
      const text = checkout.text(file) ?? '';
      const prefix = /APIRouter\([^)]*prefix\s*=\s*['"]([^'"]+)['"]/.exec(text)?.[1] ?? '';
      return [...text.matchAll(/@(\w+)\.(?:get|route)\(\s*['"]([^'"]*)['"]/g)].map((match) => ({
        path: joined(match[1] === 'app' ? '' : prefix, match[2] ?? ''),
        file,
        line: lineAt(text, match.index),
      }));
    });
}
