import { anywhere, type Recognizer } from '../../evidence/evidence';

const FULL =
  /(?:no space left on device|\bENOSPC\b(?!.*file watchers)|disk quota exceeded|not enough (?:free )?(?:disk )?space|You don't have enough free space|disk is full|database or disk is full|insufficient (?:free )?disk space|disk out of space|could not (?:extend|write).*No space)/i;

/** The same code for what is no disk: inotify's watches (man inotify_add_watch, ENOSPC). */
const WATCHERS = /ENOSPC: System limit for number of file watchers reached.*/;

/** A full disk, in the words of the kernel, of a tool or of a database. */
export const disk: Recognizer = {
  name: 'disk',
  recognize: (evidence) => {
    const watchers = anywhere(evidence, WATCHERS);
    if (watchers)
      return {
        summary: `too many files are watched: ${watchers.groups[0]}; a build needs no watcher`,
        ...(watchers.line === undefined ? {} : { line: watchers.line, length: 1 }),
      };
    const found = anywhere(evidence, FULL);
    if (!found) return undefined;
    const text = found.line === undefined ? found.groups[0] : evidence.output[found.line];
    return {
      summary: `the disk is full: ${text?.trim() ?? ''}`,
      ...(found.line === undefined ? {} : { line: found.line, length: 1 }),
      known: 'disk-full',
    };
  },
};
