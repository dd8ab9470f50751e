const { budgetOf, keepDurations, nameOf } = require('./durations');

/** A machine may be so many times slower than the budgets' own before a file counts as too slow. */
const TOLERANCE = 3;

/**
 * Keeps how long each file took, for the next run's order, and lists the ten longest after a whole run. A file over its budget is named; with CI=true, one that
 * took three times its budget fails the run.
 */
module.exports = class DurationsReporter {
  constructor({ testNamePattern } = {}, { tolerance = TOLERANCE } = {}) {
    this.tolerance = tolerance;
    /** `jest -t` runs a part of a file: how long that takes says nothing of the file. */
    this.parts = Boolean(testNamePattern);
    this.tooSlow = [];
  }

  onRunComplete(_contexts, { testResults }) {
    if (this.parts) return;
    const files = testResults
      .filter(({ skipped, perfStats }) => !skipped && perfStats.end > 0)
      .map(({ testFilePath, perfStats: { start, end } }) => ({
        name: nameOf(testFilePath),
        seconds: Math.round((end - start) / 100) / 10,
      }))
      .sort((a, b) => b.seconds - a.seconds);
    keepDurations(Object.fromEntries(files.map(({ name, seconds }) => [name, seconds])));
    const line = ({ name, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${name} (budget: ${budgetOf(name)} s)`;
    const say = (title, list) => list.length > 0 && process.stderr.write(`${[title, ...list.map(line)].join('\n')}\n`);
    if (files.length > 20) say('The longest test files:', files.slice(0, 10));
    const over = (times) => files.filter(({ name, seconds }) => seconds > budgetOf(name) * times);
    say('Over their budgets (test/setup/budgets.json); a busy machine is not a reason to raise them:', over(1));
    if (process.env.CI === 'true') this.tooSlow = over(this.tolerance);
  }

  /** Jest fails the run with it. */
  getLastError() {
    if (this.tooSlow.length === 0) return undefined;
    const names = this.tooSlow.map(({ name, seconds }) => `${name}: ${seconds} s, budget ${budgetOf(name)} s`);
    return new Error(`test files took more than ${this.tolerance} times their budgets: ${names.join('; ')}`);
  }
};
