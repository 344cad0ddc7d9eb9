// Reads the reports of several runs of the suite. A test that was skipped in every run fails; otherwise the last line
// counts what ran.
import { readFileSync } from 'node:fs';

const results = process.argv
  .slice(2)
  .flatMap((report) =>
    JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap((file) =>
      file.assertionResults.map(({ fullName, status }) => ({ test: `${file.name}: ${fullName}`, status })),
    ),
  );
const count = (wanted) => results.filter(({ status }) => status === wanted).length;
const ran = new Set(results.filter(({ status }) => status === 'passed').map(({ test }) => test));
const neverRan = new Set(results.map(({ test }) => test).filter((test) => !ran.has(test)));

for (const test of neverRan) console.log(`never ran: ${test}`);
if (ran.size === 0 || neverRan.size > 0) process.exit(1);
console.log(`${count('passed')} passed, ${count('failed')} failed`);
