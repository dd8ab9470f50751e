import * as path from 'node:path';

/** The repository's own folder. */
export const ROOT = path.join(__dirname, '../..');
/** What the tests keep for the next run: it goes with node_modules. */
export const KEPT = path.join(ROOT, 'node_modules/.cache/saiondo-tests');
