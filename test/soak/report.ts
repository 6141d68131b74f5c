import { judge, METRICS, problems } from './flat.ts'
import type { Result } from './job.ts'
import { format, TITLES, WANTED } from './words.ts'

const count = (value: number): string => value.toLocaleString('en-GB', { maximumFractionDigits: 2 })

function row(result: Result): string {
  const { unit, amount } = WANTED[result.name]
  const curves = METRICS.map((metric) => {
    const { early, late, flat } = judge(result.samples, metric)
    return `${format(metric, early)} → ${format(metric, late)}${flat ? '' : ' **rises**'}`
  })
  const wanted = `${count(amount)} ${unit}`
  return `| ${result.name} | ${count(result.amount)} ${unit} | ${result.amount >= amount ? wanted : `**below** ${wanted}`} | ${(result.seconds / 60).toFixed(1)} min | ${curves.join(' | ')} | ${problems(result).length === 0 ? 'yes' : '**no**'} |`
}

export function report(results: readonly Result[]): string {
  const found = results.flatMap(problems)
  return [
    '# Long runs', '',
    'Written by `npm run soak`, from the runs themselves; `npm run soak -- --help` tells the options. Each case is a process of its own against OpenSSH on the same machine.', '',
    ...results.map(({ name }) => `- **${name}**: ${WANTED[name].title}`), '',
    `| case | run | wanted | time | ${METRICS.map((metric) => TITLES[metric]).join(' | ')} | all flat |`,
    `|---|---|---|---|${METRICS.map(() => '---|').join('')}---|`,
    ...results.map(row), '',
    'A curve `a → b`: median of the second quarter of the run, and of the last. It is flat if b is not above a by more than a tenth and a little: 16 MiB resident, 1 MiB of WebAssembly, 2 MiB of JavaScript, two',
    'descriptors and handles, eight sshd processes (those of connections that come and go). Runs under a minute, whose process is still warming up, may have 96 MiB and 16 MiB. Garbage is collected before each look. Descriptors and handles must be back where they began at the end.', '',
    '![curves](soak.svg)', '',
    '## What was done', '',
    ...results.map(({ name, done, when, samples, machine }) => `- ${name}: ${Object.entries(done).map(([what, value]) => `${what} ${count(value)}`).join('; ')} (${samples.length} looks; ${when}, ${machine})`), '',
    ...found.length === 0 ? [] : ['## What is not right', '', ...found.map((problem) => `- ${problem}`), ''],
  ].join('\n')
}
