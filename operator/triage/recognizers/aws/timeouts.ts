import type { Recognizer } from '../../evidence/evidence';

const TIMED_OUT = /build timed out|did not end within ([\d.]+) minutes|TIMED_OUT|timed out after/i;

/** A build or an action that took longer than it may. */
export const timeouts: Recognizer = {
  name: 'timeouts',
  recognize: ({ build, message, output }) => {
    if (build?.status !== 'TIMED_OUT' && !TIMED_OUT.test(message)) return undefined;
    const minutes = build?.timeoutMinutes ?? TIMED_OUT.exec(message)?.[1];
    const inCommand = build?.command ? ` while it ran ${build.command.split('\n')[0]}` : '';
    return {
      summary: `${build ? 'the build' : 'the action'} timed out${minutes === undefined ? '' : ` after ${minutes} minutes`}${inCommand}`,
      ...(output.length > 0 ? { line: output.length - 1, length: 1 } : {}),
      known: 'build-timeout',
    };
  },
};
