// what-failed.mjs REPORT LOG STATUS : one line for a table about failed tests, from vitest's JSON report and its output.
import { existsSync, readFileSync } from 'node:fs'

const [report, log, status] = process.argv.slice(2)
const output = readFileSync(log, 'utf8')
const cell = text => text.replace(/\s+/g, ' ').replaceAll('|', '\\|').slice(0, 180)

const sanitizer = /ERROR: (?:Address|Leak)Sanitizer: ([a-z -]+)/.exec(output)?.[1] ?? /runtime error: .*/.exec(output)?.[0]
const where = /#\d+ \S+ in (?!__|operator|malloc|free|memcpy|memmove|strlen|session_)([a-zA-Z]\w*)\+/.exec(output)?.[1]
const failures = existsSync(report)
  ? JSON.parse(readFileSync(report, 'utf8')).testResults.flatMap(file => file.assertionResults).filter(test => test.status === 'failed')
  : []

if (sanitizer) console.log(cell(`${sanitizer}${where ? ` in \`${where}\`` : ''}`))
else if (failures.length > 0) console.log(cell(`${failures[0].title.replace(/^\d+: /, '')}: ${failures[0].failureMessages[0].split('\n')[0].replace(/^\w*Error: /, '')}`))
else if (status === '124' || status === '137') console.log('a call into C does not return')
else console.log(cell(`the run ends with status ${status}`))
