// Deploys the token; the last line of the output is its address.
const { ethers } = require('hardhat');

async function main() {
  const supply = ethers.parseUnits(process.env.TOKEN_SUPPLY ?? '1000000', 18);
  const token = await ethers.deployContract('SAIONDO', [supply]);
  await token.waitForDeployment();
  console.error(`deployed with transaction ${token.deploymentTransaction().hash}`);
  console.log(await token.getAddress());
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
