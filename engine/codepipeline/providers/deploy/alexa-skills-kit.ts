import { required, type ActionProvider } from '../../actions/action-provider';

/** Deploys an Alexa skill: not rehearsed. */
export const alexaSkillsKit: ActionProvider = {
  kinds: ['Deploy/ThirdParty/AlexaSkillsKit'],
  reference: 'Valid configuration parameters for each provider type',
  configuration: { ClientId: required, ClientSecret: required, RefreshToken: required, SkillId: required },
  inputs: [1, 2],
  outputs: [0, 0],
  missing: 'Amazon Alexa',
};
