import type { Properties, ResourceAddress } from './made-up/address';
import { attributeOf, refOf } from './made-up/identity';
import { hexOf } from './made-up/seeded';
import { stackIdOf } from './stack-id';

export type { ResourceAddress } from './made-up/address';

const NESTED = 'AWS::CloudFormation::Stack';

/** What `Ref` gives. */
export function physicalIdOf(address: ResourceAddress, properties: Properties): string {
  if (address.type === NESTED) return stackIdOf({ ...address, stackName: nestedName(address) });
  return refOf(address, properties);
}

/** A nested stack is named by its parent and its logical id; an update never replaces it. */
function nestedName(address: ResourceAddress): string {
  return `${address.stackName}-${address.logicalId}-${hexOf(address, 12).toUpperCase()}`.slice(-128);
}

/**
 * What `Fn::GetAtt` gives of a resource that nothing stands in for on this machine, in AWS's form. Undefined where the published schema has no such
 * attribute.
 */
export function generatedAttribute(
  address: ResourceAddress,
  properties: Properties,
  physicalId: string,
  attribute: string,
): unknown {
  // A nested stack's outputs are known when it is deployed.
  if (address.type === NESTED && attribute.startsWith('Outputs.')) return `${physicalId}.${attribute}`;
  return attributeOf(address, properties, physicalId, attribute);
}
