const { ethers } = require('hardhat');

async function main() {
  const [deployer] = await ethers.getSigners();
  console.log('Deploying contracts with the account :', deployer.address);
  const Token = await ethers.getContractFactory('Found');
  const token = await Token.deploy();
  console.log('Token address :', token.address);
  console.log('supply :', ethers.utils.formatEther(ethers.utils.parseEther('1000000')));
}

main()
  .then(() => process.exit(0))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
