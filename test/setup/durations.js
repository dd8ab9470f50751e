const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '../..');
const KEPT = path.join(ROOT, 'node_modules/.cache/saiondo-tests/durations.json');
/** A file that the budgets do not name takes at most this many seconds. */
const UNNAMED = 15;

/** Seconds by test file, of a file of JSON. One that is not there, or is torn, is empty. */
function read(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

/** Seconds that a file may take on two cores, where it runs next to another (`budgets.json`). */
const budgets = read(path.join(__dirname, 'budgets.json'));
const nameOf = (file) => path.relative(ROOT, file).split(path.sep).join('/');

module.exports = {
  nameOf,
  budgetOf: (name) => budgets[name] ?? UNNAMED,
  /** Seconds that each file took when it last ran here. */
  lastDurations: () => read(KEPT),
  /** @param durations of the files that ran; what is known of the others stays */
  keepDurations(durations) {
    fs.mkdirSync(path.dirname(KEPT), { recursive: true });
    fs.writeFileSync(`${KEPT}.${process.pid}`, `${JSON.stringify({ ...read(KEPT), ...durations }, null, 2)}\n`);
    fs.renameSync(`${KEPT}.${process.pid}`, KEPT);
  },
};
