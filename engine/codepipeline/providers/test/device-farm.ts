import { optional, required, requiredOneOf, type ActionProvider } from '../../actions/action-provider';

/** Tests on devices: not rehearsed. */
export const deviceFarm: ActionProvider = {
  kinds: ['Test/AWS/DeviceFarm'],
  reference: 'AWS Device Farm test action reference',
  configuration: {
    AppType: requiredOneOf('iOS', 'Android', 'Web'),
    ProjectId: required,
    App: required,
    TestSpec: optional,
    DevicePoolArn: required,
    TestType: required,
    RadioBluetoothEnabled: optional,
    RecordAppPerformanceData: optional,
    RecordVideo: optional,
    RadioWifiEnabled: optional,
    RadioNfcEnabled: optional,
    RadioGpsEnabled: optional,
    Test: optional,
    FuzzEventCount: optional,
    FuzzEventThrottle: optional,
    FuzzRandomizerSeed: optional,
    CustomHostMachineArtifacts: optional,
    CustomDeviceArtifacts: optional,
    UnmeteredDevicesOnly: optional,
    JobTimeoutMinutes: optional,
    Latitude: optional,
    Longitude: optional,
  },
  inputs: [1, 1],
  outputs: [0, 0],
  missing: 'AWS Device Farm',
};
