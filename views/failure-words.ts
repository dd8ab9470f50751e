import { withoutGuard } from '../model/unchanged';

/** Characters of a message, and of a command, that are shown whole: a command of a page would push what matters out of sight. Its log has all of it. */
const MOST = 300;

/** CodeBuild's sentence about a failed command, which holds the command. */
const FAILED_COMMAND = /^Error while executing command: ([\s\S]*)\. Reason: (exit status \d+)/;

/** CodeBuild's sentence ends with the reason, which a line has no room for: here it begins with it. */
export function reasonFirst(message: string): string {
  const said = FAILED_COMMAND.exec(message);
  return said ? `${said[2]}: ${said[1]}` : message;
}

/** Why an action failed, for a line: the message as it is; of one that is long the reason, and the beginning of the rest. */
export function failureWords(message: string): string {
  const whole = withoutGuard(message);
  return whole.length <= MOST ? whole : cut(reasonFirst(whole));
}

/** {@link failureWords} above a line of its own for the command: of a long sentence the reason alone. */
export function failureReason(message: string): string {
  const whole = withoutGuard(message);
  if (whole.length <= MOST) return whole;
  const reason = FAILED_COMMAND.exec(whole)?.[2];
  return reason === undefined ? cut(whole) : `a command failed with ${reason}`;
}

/** A command on one line: the beginning of a long one. */
export function commandWords(command: string): string {
  return cut(withoutGuard(command).split('\n')[0] ?? '');
}

function cut(text: string): string {
  return text.length <= MOST ? text : `${text.slice(0, MOST)}…`;
}
