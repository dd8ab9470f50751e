import { optional, required, type ActionProvider } from '../../actions/action-provider';

/** Deploys to a Kubernetes cluster: not rehearsed. */
export const eks: ActionProvider = {
  kinds: ['Deploy/AWS/EKS'],
  reference: 'Amazon Elastic Kubernetes Service EKS deploy action reference',
  configuration: {
    ClusterName: required,
    HelmReleaseName: optional,
    HelmChartLocation: optional,
    HelmValuesFiles: optional,
    ManifestFiles: optional,
    Namespace: optional,
    Subnets: optional,
    SecurityGroupIds: optional,
  },
  inputs: [1, 1],
  outputs: [0, 0],
  onlyV2: true,
  takesSingleFile: () => true,
  missing: 'Amazon EKS',
};
