import * as fs from 'node:fs';
import * as path from 'node:path';
import { fidelityTable, readRules } from './fidelity-table';

/** Writes docs/fidelity.md anew from the scenario folders of the working directory. */
const rules = readRules(path.resolve('test/scenarios'));
fs.writeFileSync('docs/fidelity.md', fidelityTable(rules));
console.log(`docs/fidelity.md: ${rules.length} rules`);
