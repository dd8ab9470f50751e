// `node ask-synth-server.js SOCKET`: posts its input to the synth server and prints the answer. A process of its own, because test files ask at their
// top, where nothing can be awaited.
const http = require('node:http');

const request = http.request({ socketPath: process.argv[2], method: 'POST' }, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.pipe(response.statusCode === 200 ? process.stdout : process.stderr);
});
process.stdin.pipe(request);
