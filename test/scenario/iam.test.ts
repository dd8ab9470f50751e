import { runScenario } from './iam';
import { testScenarios } from './test-scenarios';

testScenarios('iam', runScenario);
