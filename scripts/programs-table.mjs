// Writes docs/programs.md, the table of programs that start ssh, from the rows that test/programs leaves in build/programs.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

/** @type {{ name: string, program: string, version: string, job: string, result: string }[]} */
const rows = readFileSync('build/programs/rows.jsonl', 'utf8').trim().split('\n').map(line => JSON.parse(line))
const ssh = spawnSync('ssh', ['-V'], { encoding: 'utf8' }).stderr.trim()
const count = start => rows.filter(({ result }) => result.startsWith(start)).length
const cell = text => text.replaceAll('|', '\\|')

writeFileSync('docs/programs.md', `# Programs that start ssh, ${new Date().toISOString().slice(0, 10)}

Written by \`npm run test:programs\`. Each program does its job twice, with this program in the place of \`/usr/bin/ssh\`, and with stock \`ssh\` (${ssh}): in a home of its own,
against an \`sshd\` of its own. "Equal" means that every command of the job had the same exit code with both, and printed the same to stdout and stderr, but for what differs between any two runs, such as
speeds and dates. The jobs are the scripts in \`test/programs/jobs\`; each also checks its result, such as the files that it copied. \`npm test\` runs the first of them.

**${count('equal')} of ${rows.length} equal**${count('not run') > 0 ? `, ${count('not run')} not run here` : ''}.

| program | version | what it does | result |
| --- | --- | --- | --- |
${rows.map(({ program, version, job, result }) => `| ${[program, version, cell(job), cell(result)].join(' | ')} |`).join('\n')}
`)
console.log(`docs/programs.md: ${count('equal')} of ${rows.length} equal`)
