const { artifacts, ethers } = require('hardhat');

/** A contract's runtime code with its immutables zeroed: what they hold differs from deployment to deployment. */
async function comparableCode(name, code) {
  const { sourceName } = await artifacts.readArtifact(name);
  const build = await artifacts.getBuildInfo(`${sourceName}:${name}`);
  const references = build.output.contracts[sourceName][name].evm.deployedBytecode.immutableReferences ?? {};
  const bytes = ethers.getBytes(code);
  for (const { start, length } of Object.values(references).flat()) bytes.fill(0, start, start + length);
  return ethers.hexlify(bytes);
}

/** The fingerprint of the compiled runtime code: what the registry keeps beside the address. */
async function fingerprint(name) {
  const { deployedBytecode } = await artifacts.readArtifact(name);
  return ethers.keccak256(await comparableCode(name, deployedBytecode));
}

/** Whether the code at an address is the compiled one. */
async function isOnChain(name, address) {
  const { deployedBytecode } = await artifacts.readArtifact(name);
  const code = await ethers.provider.getCode(address);
  if (code === '0x') return false;
  return (await comparableCode(name, code)) === (await comparableCode(name, deployedBytecode));
}

module.exports = { fingerprint, isOnChain };
