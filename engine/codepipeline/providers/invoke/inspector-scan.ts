import { optional, requiredOneOf, type ActionProvider } from '../../actions/action-provider';

/** Scans source or image with Amazon Inspector: not rehearsed. */
export const inspectorScan: ActionProvider = {
  kinds: ['Invoke/AWS/InspectorScan'],
  reference: 'Amazon Inspector InspectorScan invoke action reference',
  configuration: {
    InspectorRunMode: requiredOneOf('SourceCodeScan', 'ECRImageScan'),
    ECRRepositoryName: optional,
    ImageTag: optional,
    CriticalThreshold: optional,
    HighThreshold: optional,
    MediumThreshold: optional,
    LowThreshold: optional,
  },
  inputs: [0, 1],
  outputs: [0, 1],
  missing: 'Amazon Inspector',
};
