import { runScenario } from './codepipeline';
import { testScenarios } from './test-scenarios';

testScenarios('codepipeline', runScenario);
