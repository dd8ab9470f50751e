// Deploys the token. The pipeline finds its address in the transaction's receipt.
const { ethers } = require('hardhat');

async function main() {
  const supply = ethers.parseUnits(process.env.TOKEN_SUPPLY ?? '1000000', 18);
  const token = await ethers.deployContract('SAIONDO', [supply]);
  await token.waitForDeployment();
  console.log(`the token is at ${await token.getAddress()}, by transaction ${token.deploymentTransaction().hash}`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
