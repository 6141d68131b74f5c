import type { Exit } from '../bindings/channel/channel.ts'

/** What a terminal needs of a process: `client.shell()`, `client.exec(command, { pty })` and `receiveShell()` return one. */
export interface Shell {
  readonly stdin: WritableStream<Uint8Array | string>
  readonly stdout: ReadableStream<Uint8Array>
  /** Also shown if present; empty if a PTY mixes both. */
  readonly stderr?: ReadableStream<Uint8Array> | undefined
  /** Resolves when the server has closed the channel; rejects if the session fails first. */
  readonly exit: Promise<Exit>
  /** Tells the server the size of the terminal, in characters. */
  resize(columns: number, rows: number): Promise<void>
  /** Closes the channel even if the shell still runs. */
  close(): Promise<void>
}
