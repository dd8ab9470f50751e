/** Where the artifact bucket keeps the records of what has passed (`buildspecs/scripts/passed.js`). */
export const RECORDS_PREFIX = 'passed';
