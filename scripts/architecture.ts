import * as fs from 'node:fs';
import * as path from 'node:path';
import { drawRooms, readRooms } from './rooms';

/** Where the drawing stands in docs/architecture.md. */
export const DRAWING = /(<!-- rooms -->\n\n```\n)[\s\S]*?(\n```\n\n<!-- \/rooms -->)/;

/** Writes the drawing of the rooms into docs/architecture.md (`npm run docs:rooms`). */
function main(): void {
  const root = process.cwd();
  const page = path.join(root, 'docs', 'architecture.md');
  const drawing = drawRooms(readRooms(root));
  fs.writeFileSync(
    page,
    fs.readFileSync(page, 'utf8').replace(DRAWING, (_, open: string, end: string) => open + drawing + end),
  );
}

if (require.main === module) main();
