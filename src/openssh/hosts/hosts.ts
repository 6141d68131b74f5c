import { callable, record, text as checkedText } from '../../errors/arguments.ts'
import type { Client } from '../../client/client.ts'
import type { RunResult } from '../../client/run.ts'
import type { LocalPath } from '../../runtime/local-files.ts'
import { checkTree, type DirectoryTransferOptions, type DirectoryTransferResult } from '../../sftp/tree/options.ts'
import { checkedFlow } from '../../sftp/transfer/flow.ts'
import { checkTransfer, type TransferOptions } from '../../sftp/transfer/options.ts'
import type { UploadSource } from '../../sftp/transfer/sources.ts'
import type { HostEntry, HostResult, ManyHostsOptions } from './pool.ts'

/** The results of all hosts. */
export interface HostsSummary<T> {
  readonly results: readonly HostResult<T>[]
  readonly succeeded: number
  readonly failed: number
}

/** A line of output of one host. */
export interface HostLine {
  readonly host: string
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** Options for copying a file to or from many hosts, as `upload` and `download` of an `SftpClient` take them. The signal of `hosts()` aborts the work. */
export type HostsTransferOptions = Omit<TransferOptions, 'signal' | 'onProgress'>

/** Options for copying a folder, as `uploadDirectory` and `downloadDirectory` of an `SftpClient` take them. */
export type HostsDirectoryOptions = Omit<DirectoryTransferOptions, 'signal' | 'onProgress'>

/** Checks the options before anything starts. */
function checkDirectoryOptions(options: HostsDirectoryOptions): void {
  checkTree(record(options, 'options'))
  checkedFlow(options)
}

/** The same for one file. */
function checkTransferOptions(options: HostsTransferOptions): void {
  checkTransfer(record(options, 'options'))
  checkedFlow(options)
}

/** Work on many hosts: iterate over it to get each result as it arrives, or await `all()`. Nothing starts before that, and each of the two does all of the work. */
export class HostsRun<T> implements AsyncIterable<HostResult<T>> {
  readonly #start: () => AsyncGenerator<HostResult<T>, void>

  /** For `hosts()`. @internal */
  constructor(start: () => AsyncGenerator<HostResult<T>, void>) {
    this.#start = start
  }

  [Symbol.asyncIterator](): AsyncIterator<HostResult<T>> {
    return this.#start()
  }

  /** Every result, in the order of arrival. Only an abort makes it reject, with the signal's reason. */
  async all(): Promise<HostsSummary<T>> {
    const results: HostResult<T>[] = []
    for await (const result of this) results.push(result)
    const succeeded = results.filter(({ ok }) => ok).length
    return { results, succeeded, failed: results.length - succeeded }
  }
}

/** Does the same on many hosts at once. */
export class ManyHosts {
  readonly #entries: readonly HostEntry[]
  readonly #options: ManyHostsOptions

  /** For `hosts()`. @internal */
  constructor(entries: readonly HostEntry[], options: ManyHostsOptions) {
    this.#entries = entries
    this.#options = options
  }

  /** Runs a command on each host. A command that exits with another code than 0 is a result, not an error. */
  run(command: string | ((host: string) => string)): HostsRun<RunResult> {
    if (typeof command !== 'string' && typeof command !== 'function') throw new TypeError('command must be a string, or a function that returns one')
    return this.do((client, host, signal) => client.run(typeof command === 'string' ? command : command(host), { signal }))
  }

  /** Copies a local file, or bytes, to each host. The value of a host is the number of bytes copied. */
  upload(source: UploadSource | ((host: string) => UploadSource), path: string, options: HostsTransferOptions = {}): HostsRun<number> {
    checkTransferOptions(options)
    return this.do(async (client, host, signal) => {
      await using sftp = await client.sftp({ signal })
      return (await sftp.upload(typeof source === 'function' ? source(host) : source, path, { ...options, signal })).transferred
    })
  }

  /** Copies a file from each host to its own local path. The value of a host is the number of bytes copied. */
  download(path: string, target: (host: string) => string, options: HostsTransferOptions = {}): HostsRun<number> {
    checkTransferOptions(options)
    callable(target, 'target')
    return this.do(async (client, host, signal) => {
      await using sftp = await client.sftp({ signal })
      return (await sftp.download(path, target(host), { ...options, signal })).transferred
    })
  }

  /** Copies a local folder to each host. The value of a host says what was copied and what was skipped. */
  uploadDirectory(source: LocalPath | ((host: string) => LocalPath), path: string, options: HostsDirectoryOptions = {}): HostsRun<DirectoryTransferResult> {
    checkDirectoryOptions(options)
    return this.do(async (client, host, signal) => {
      await using sftp = await client.sftp({ signal })
      return await sftp.uploadDirectory(typeof source === 'function' ? source(host) : source, path, { ...options, signal })
    })
  }

  /** Copies a folder from each host to its own local path. The value of a host says what was copied and what was skipped. */
  downloadDirectory(path: string, target: (host: string) => LocalPath, options: HostsDirectoryOptions = {}): HostsRun<DirectoryTransferResult> {
    checkDirectoryOptions(options)
    callable(target, 'target')
    return this.do(async (client, host, signal) => {
      await using sftp = await client.sftp({ signal })
      return await sftp.downloadDirectory(path, target(host), { ...options, signal })
    })
  }

  /** Runs a command on each host, and passes on each line as it arrives. The value of a host is the command's exit. */
  lines(command: string, onLine: (line: HostLine) => void): HostsRun<RunResult['exit']> {
    checkedText(command, 'command')
    callable(onLine, 'onLine')
    return this.do(async (client, host, signal) => {
      await using process = await client.exec(command, { signal })
      await process.stdin.getWriter().close()
      const read = async (stream: 'stdout' | 'stderr') => {
        for await (const text of linesOf(process[stream])) onLine({ host, stream, text })
      }
      await Promise.all([read('stdout'), read('stderr')])
      return await process.exit
    })
  }

  /** Does anything on each host. */
  do<T>(work: (client: Client, host: string, signal: AbortSignal) => Promise<T>): HostsRun<T> {
    callable(work, 'work')
    const entries = this.#entries, options = this.#options
    return new HostsRun(async function* () {
      yield* (await import('./pool.ts')).eachHost(entries, options, work)
    })
  }
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop()!
    for (const part of parts) yield part.replace(/\r$/, '')
  }
  rest += decoder.decode()
  if (rest !== '') yield rest
}

/**
 * Uses many hosts of the user's set-up at once. It connects to each as `openHost` does, with one compiled module for all of them, and one
 * host's failure stops no other.
 * @param entries names as `ssh` takes them, or names with their own options
 */
export function hosts(entries: readonly HostEntry[], options: ManyHostsOptions = {}): ManyHosts {
  if (!Array.isArray(entries)) throw new TypeError('hosts must be an array of names, or of names with options')
  return new ManyHosts(entries as readonly HostEntry[], record(options, 'options'))
}
