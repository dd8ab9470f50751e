import { runScenario } from './cloudformation';
import { testScenarios } from './test-scenarios';

testScenarios('cloudformation', runScenario);
