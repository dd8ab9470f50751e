const { expect } = require('chai');
const { ethers } = require('hardhat');

describe('SAIONDO', () => {
  it('gives the whole supply to the deployer', async () => {
    const [deployer] = await ethers.getSigners();
    const token = await ethers.deployContract('SAIONDO', [1000n]);
    expect(await token.totalSupply()).to.equal(1000n);
    expect(await token.balanceOf(deployer.address)).to.equal(1000n);
  });

  it('moves and burns', async () => {
    const [deployer, friend] = await ethers.getSigners();
    const token = await ethers.deployContract('SAIONDO', [1000n]);
    await expect(token.transfer(friend.address, 300n)).to.changeTokenBalances(token, [deployer, friend], [-300n, 300n]);
    await token.connect(friend).burn(100n);
    expect(await token.totalSupply()).to.equal(900n);
  });

  it('refuses to move more than one has', async () => {
    const [, friend] = await ethers.getSigners();
    const token = await ethers.deployContract('SAIONDO', [1000n]);
    await expect(token.connect(friend).transfer(friend.address, 1n)).to.be.revertedWithCustomError(
      token,
      'ERC20InsufficientBalance',
    );
  });
});
