import type { Checkout } from '../checkout';
import type { CheckFinding } from './finding';

/** A file that the pipeline asks for and that is not there; the nearest folder that is there says where. */
export function missingFile(what: string, checkout: Checkout, file: string, needed: string, key: string): CheckFinding {
  let folder = file;
  while (folder.includes('/') && !checkout.has(folder)) folder = folder.slice(0, folder.lastIndexOf('/'));
  return {
    what,
    level: 'stops',
    where: { file: checkout.has(folder) ? folder : '.' },
    found: `no ${file}`,
    needed,
    fix: `add ${file}, or fix ${key} in saiondo.yaml`,
  };
}
