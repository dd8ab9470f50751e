// Compares the code at CONTRACT_ADDRESS with the compiled one, always; asks the explorer to verify the source where a key is given.
const hre = require('hardhat');
const { isOnChain } = require('./on-chain');

async function main() {
  const address = process.env.CONTRACT_ADDRESS;
  if (!hre.ethers.isAddress(address)) throw new Error(`CONTRACT_ADDRESS is ${JSON.stringify(address)}; expected an address`);
  if (!(await isOnChain('SAIONDO', address))) {
    throw new Error(`the code at ${address} on ${hre.network.name} differs from the compiled SAIONDO`);
  }
  console.log(`the code at ${address} equals the compiled SAIONDO`);
  if (!process.env.ETHERSCAN_KEY) return console.log('no explorer key: the source is not verified with an explorer');
  const supply = hre.ethers.parseUnits(process.env.TOKEN_SUPPLY ?? '1000000', 18);
  await hre.run('verify:verify', { address, constructorArguments: [supply] });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
