// Prints the fingerprint of the compiled contract, and nothing else: the pipeline compares it with its registry.
const { fingerprint } = require('./on-chain');

fingerprint('SAIONDO').then(
  (value) => console.log(value),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
