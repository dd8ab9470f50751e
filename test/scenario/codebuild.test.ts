import { runScenario } from './codebuild';
import { testScenarios } from './test-scenarios';

testScenarios('codebuild', runScenario);
