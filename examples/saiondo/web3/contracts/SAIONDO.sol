// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";

/// Saiondo's token: a fixed supply that belongs to the deployer at first, and that holders may burn.
contract SAIONDO is ERC20, ERC20Burnable {
    constructor(uint256 supply) ERC20("SAIONDO", "SAI") {
        _mint(msg.sender, supply);
    }
}
