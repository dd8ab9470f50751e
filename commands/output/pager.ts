import { spawnSync } from 'node:child_process';
import { plainButStyles } from '../../model/plain-text';
import { print } from './print';

/** Prints a text; on a terminal that it does not fit, through the pager (PAGER, else `less`). `PAGER=cat` prints it as it is. */
export function printPaged(text: string): void {
  const { isTTY, rows = 24 } = process.stdout;
  if (isTTY && text.split('\n').length >= rows && process.stdin.isTTY) {
    const pager = process.env.PAGER || 'less -FRX';
    const { status, error } = spawnSync('/bin/sh', ['-c', pager], {
      input: `${plainButStyles(text)}\n`,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    if (!error && status === 0) return;
  }
  print(text);
}
