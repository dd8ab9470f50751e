// Marks, states and times as people read them.

/** @type {Record<string, string>} */
const MARKS = {
  Succeeded: '✔',
  Failed: '✘',
  InProgress: '●',
  NotRehearsed: '○',
  Abandoned: '■',
  Stopped: '■',
  Stopping: '■',
  Skipped: '–',
  NotReached: '·',
};

/** @type {Record<string, string>} */
const STATES = {
  InProgress: 'in progress',
  NotRehearsed: 'not rehearsed',
  NotReached: 'not started',
};

/** @param {string} status */
export function mark(status) {
  return MARKS[status] ?? '·';
}

/** @param {string} status */
export function stateWord(status) {
  return STATES[status] ?? status.toLowerCase();
}

/**
 * A stage's state, with how many of its actions were not rehearsed: what was not tried is never taken for what succeeded.
 * @param {import('../model').PageStage} stage
 */
export function stageState(stage) {
  const missing = stage.actions.filter((one) => one.status === 'NotRehearsed').length;
  return missing > 0 ? `${stateWord(stage.status)}, ${missing} not rehearsed` : stateWord(stage.status);
}

/** @param {number} value */
export function seconds(value) {
  if (value < 60) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}

/** @type {number | undefined} */
let heldAt;

/** Lets durations stand still at a point of time, in milliseconds, or run again. @param {number | undefined} time */
export function holdClock(time) {
  heldAt = time === undefined ? undefined : (heldAt ?? time);
}

/**
 * How long something took, or has been taking.
 * @param {string | undefined} startedAt
 * @param {string | undefined} endedAt
 * @param {boolean} live nothing ends by itself where no engine runs
 */
export function took(startedAt, endedAt, live) {
  if (!startedAt || (!endedAt && !live)) return '';
  return seconds(((endedAt ? Date.parse(endedAt) : (heldAt ?? Date.now())) - Date.parse(startedAt)) / 1000);
}

/** @param {string} time ISO 8601 */
export function dateTime(time) {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** @param {string} time ISO 8601 */
export function timeOfDay(time) {
  return new Date(time).toLocaleTimeString(undefined, { timeStyle: 'short' });
}
