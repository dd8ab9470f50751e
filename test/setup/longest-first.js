const Sequencer = require('@jest/test-sequencer').default;
const { budgetOf, lastDurations, nameOf } = require('./durations');

/** Starts the longest files first, by how long they took here the last time, else by their budgets: no long one is left over at the end. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const last = lastDurations();
    const seconds = ({ path }) => last[nameOf(path)] ?? budgetOf(nameOf(path)) / 2;
    return [...tests].sort((a, b) => seconds(b) - seconds(a) || (a.path < b.path ? -1 : 1));
  }
};
