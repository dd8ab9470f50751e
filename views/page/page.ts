import * as fs from 'node:fs';
import * as path from 'node:path';

/** A file of the page, as it is sent. */
export interface PageAsset {
  readonly type: string;
  readonly text: string;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/**
 * The page's files by name: `page.html` is its document. Plain HTML, CSS and JavaScript modules, sent as they lie in the package: nothing is
 * bundled, nothing loaded from elsewhere.
 * @param packageRoot the folder of this package
 */
export function pageAssets(packageRoot: string): ReadonlyMap<string, PageAsset> {
  const directory = path.join(packageRoot, 'views', 'page', 'assets');
  return new Map(
    fs.readdirSync(directory).flatMap((name) => {
      const type = TYPES[path.extname(name)];
      return type ? [[name, { type, text: fs.readFileSync(path.join(directory, name), 'utf8') }] as const] : [];
    }),
  );
}
