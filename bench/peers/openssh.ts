/** OpenSSH's own programs `ssh` and `sftp`. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ECHO_COMMAND } from '../workloads/echo.ts'
import { source } from '../workloads/exec-download.ts'
import type { Job, Sample, Target, Timing } from '../types.ts'
import { measured } from './measured.ts'
import { CIPHERS, type Peer } from './peer.ts'
import { deferred } from './deferred.ts'

function options({ target, cipher }: Job): string[] {
  return [
    '-F', 'none', '-i', target.keyFile, '-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none', '-o', 'BatchMode=yes', '-o', 'LogLevel=ERROR',
    '-o', 'UserKnownHostsFile=/dev/null', '-o', 'StrictHostKeyChecking=no', ...cipher === undefined ? [] : ['-c', cipher],
  ]
}

const ssh = (job: Job, ...command: string[]) => ['ssh', '-p', String(job.target.port), ...options(job), ...command]
const at = ({ user, host }: Target) => `${user}@${host}`

/** From the command's line on stderr to the end of `ssh`, with data going from and to files: the fastest way. */
async function transfer(job: Job, enter: readonly string[], command: string, files: { stdin?: number, stdout?: number }): Promise<Sample> {
  let started = 0
  const { ended, cpu, memory } = await measured([...enter, ...ssh(job, at(job.target), `echo go >&2; ${command}`)], {
    ...files,
    watch: (child) => child.stderr.once('data', () => { started = performance.now() }),
  })
  return { seconds: [(ended - started) / 1000], cpu, memory, cipher: job.cipher }
}

async function download(job: Job, enter: readonly string[]): Promise<Sample> {
  const sink = openSync('/dev/null', 'w')
  try {
    return await transfer(job, enter, source(job.bytes), { stdout: sink })
  } finally {
    closeSync(sink)
  }
}

async function upload(job: Job, enter: readonly string[]): Promise<Sample> {
  const zeros = openSync(join(job.local, 'large'), 'r')
  try {
    if (statSync(join(job.local, 'large')).size !== job.bytes) throw new Error('the file to send has another size')
    return await transfer(job, enter, 'wc -c', { stdin: zeros })
  } finally {
    closeSync(zeros)
  }
}

/** `sftp` prints each command of a batch when it starts it. */
async function sftp(job: Job, enter: readonly string[], command: string): Promise<Sample> {
  const times: number[] = []
  const { cpu, memory } = await measured([...enter, 'sftp', '-q', '-b', '-', '-P', String(job.target.port), ...options(job), at(job.target)], {
    watch(child) {
      child.stdin.end(`pwd\n${command}\npwd\n`)
      child.stdout.on('data', (chunk: Buffer) => {
        for (const _ of chunk.toString().matchAll(/^sftp> /gm)) times.push(performance.now())
      })
    },
  })
  const [, begin, end] = times
  if (begin === undefined || end === undefined) throw new Error('sftp did not print its commands')
  return { seconds: [(end - begin) / 1000], cpu, memory, cipher: job.cipher }
}

async function firstOutput(job: Job, enter: readonly string[]): Promise<Sample> {
  const seconds: number[] = []
  let last = { cpu: 0, memory: 0 }
  for (let i = 0; i < job.count; i++) {
    const start = performance.now()
    let first = 0
    last = await measured([...enter, ...ssh(job, at(job.target), 'echo')], { watch: (child) => child.stdout.once('data', () => { first = performance.now() }) })
    seconds.push((first - start) / 1000)
  }
  return { seconds, cpu: last.cpu * job.count, memory: last.memory, cipher: job.cipher }
}

async function echo(job: Job, enter: readonly string[]): Promise<Sample> {
  let typing: Promise<readonly number[]> = Promise.resolve([])
  const { cpu, memory } = await measured([...enter, ...ssh(job, '-tt', at(job.target), ECHO_COMMAND)], {
    // The exit status after `~.`.
    status: 255,
    watch(child) {
      typing = type(child, job.count)
      typing.catch(() => undefined)
    },
  })
  return { seconds: await typing, cpu, memory, cipher: job.cipher }
}

async function type(child: ChildProcessWithoutNullStreams, count: number): Promise<number[]> {
  let next = deferred()
  child.stdout.on('data', () => next.resolve())
  child.once('exit', () => next.reject(new Error('ssh ended')))
  await next.promise
  const seconds: number[] = []
  for (let i = 0; i < count; i++) {
    next = deferred()
    const start = performance.now()
    child.stdin.write('a')
    await next.promise
    seconds.push((performance.now() - start) / 1000)
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  // `~.` at the beginning of a line ends ssh.
  child.stdin.write('\r~.')
  return seconds
}

async function sessions(job: Job, enter: readonly string[]): Promise<Sample> {
  const start = performance.now()
  let last = 0
  const all = await Promise.all(Array.from({ length: job.count }, () => measured([...enter, ...ssh(job, at(job.target), 'echo')], {
    watch: (child) => child.stdout.once('data', () => { last = performance.now() }),
  })))
  return { seconds: [(last - start) / 1000], cpu: sum(all.map(({ cpu }) => cpu)), memory: sum(all.map(({ memory }) => memory)), cipher: job.cipher }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

const runs: Record<string, (job: Job, enter: readonly string[]) => Promise<Timing & Sample>> = {
  'exec-download': download,
  'exec-upload': upload,
  'sftp-get': (job, enter) => sftp(job, enter, `get ${job.remote}/large ${job.local}/large`),
  'sftp-put': (job, enter) => sftp(job, enter, `put ${job.local}/large ${job.remote}/large`),
  'sftp-get-many': (job, enter) => sftp(job, enter, `get -r ${job.remote}/many ${job.local}/many`),
  'sftp-put-many': (job, enter) => {
    mkdirSync(`${job.remote}/many`)
    return sftp(job, enter, `put -r ${job.local}/many ${job.remote}`)
  },
  'first-output': firstOutput,
  echo,
  sessions,
}

export const openssh: Peer = {
  name: 'openssh',
  title: 'OpenSSH ssh, sftp',
  ciphers: CIPHERS,
  can: (workload) => workload in runs,
  run: (job, enter) => runs[job.workload]!(job, enter),
}
