import { z } from 'zod';

/** What `contracts.mainNetwork` has to say before a contract goes to a main network. */
export const MAIN_NETWORK_CONSENT = 'deploy to the main network';

/** The networks known to hold no value. Every other is taken for a main network: a name that nobody thought of must not cost money. */
const TEST_NETWORK = /^(hardhat|localhost|goerli|holesky|hoodi|amoy|mumbai|fuji|chiado|.*(sepolia|testnet)|sepolia)$/i;

/** Whether a deployment to the network has to be asked for in words. */
export function isMainNetwork(network: string): boolean {
  return !TEST_NETWORK.test(network);
}

/** `environments.NAME.contracts`. */
export const contractsSchema = z
  .strictObject({
    network: z.string().regex(/^[A-Za-z][\w-]{0,39}$/, 'a network’s name: letters, digits, - and _'),
    mainNetwork: z.literal(MAIN_NETWORK_CONSENT).optional(),
    /** The source is verified with the network's explorer; its key is next to the deployer's. */
    explorer: z.boolean().default(false),
  })
  .superRefine(({ network, mainNetwork }, context) => {
    if (!isMainNetwork(network) || mainNetwork === MAIN_NETWORK_CONSENT) return;
    context.addIssue({
      code: 'custom',
      path: ['network'],
      message: `a test network, or with it the words \`mainNetwork: ${MAIN_NETWORK_CONSENT}\`: ${network} is not known as a test network`,
    });
  });
