// An empty chain of its own for each environment of a rehearsal; it lives as long as its process does.
module.exports = { solidity: '0.8.28' };
