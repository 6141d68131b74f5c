/// Everything that passes between the page and the worker with its SSH session.

export interface Target {
  /** `ws://HOST:PORT` or `wss://…`. */
  readonly gateway: string
  readonly token: string
  readonly host: string
  readonly port: number
  readonly username: string
}

export interface Login {
  /** Empty: the person is asked, when the server wants one. */
  readonly password: string
  /** `SavedKey.id`, or empty. */
  readonly key: string
}

export interface Welcome {
  readonly server: string
  readonly kex: string
  readonly cipher: string
}

/** An error as plain data. `code` is that of the library, or one of this example: `CANCELLED`, `TOO_LARGE`. */
export interface Failure {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly expected?: string | undefined
  readonly received?: string | undefined
  readonly methodsLeft?: readonly string[] | undefined
}

export interface NewHostKey {
  readonly host: string
  readonly port: number
  readonly fingerprint: string
  readonly randomart: string
}

export interface PromptRound {
  readonly name: string
  readonly instruction: string
  readonly prompts: readonly { readonly text: string, readonly echo: boolean }[]
}

export interface SavedKey {
  /** Its fingerprint. */
  readonly id: string
  readonly type: string
  readonly comment: string
  /** `browser`: a non-extractable key in IndexedDB; `memory`: of this tab, until it is closed. */
  readonly kept: 'browser' | 'memory'
}

/** Names that are not UTF-8 have bytes as path. */
export type RemotePath = string | Uint8Array

export interface FileEntry {
  readonly name: string
  readonly path: RemotePath
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly size: number
  /** Milliseconds since 1970. */
  readonly modified: number
}

export interface Listing {
  readonly path: string
  readonly entries: readonly FileEntry[]
}

/** What the page asks of the worker. */
export interface SessionApi {
  connect(target: Target, login: Login): Promise<Welcome>
  /** The shell comes through the port: `receiveShell(port)`. */
  shell(columns: number, rows: number, port: MessagePort): Promise<void>
  /** Resolves with what ended the connection, when it has ended. */
  ended(): Promise<Failure>
  list(path: RemotePath): Promise<Listing>
  upload(id: number, file: File, folder: string): Promise<void>
  /** Into the file that the person chose; without one the result has all of it. */
  download(id: number, path: RemotePath, into: FileSystemFileHandle | null): Promise<Blob | null>
  cancel(id: number): Promise<void>
  savedKeys(): Promise<readonly SavedKey[]>
  importKey(file: File): Promise<SavedKey>
  removeKey(id: string): Promise<void>
  removeHostKeys(host: string, port: number): Promise<void>
  close(): Promise<void>
}

/** What the worker asks of the page, which asks the person; `null`: they do not want to. */
export interface PageApi {
  confirmHostKey(key: NewHostKey): Promise<boolean>
  askPassword(again: boolean): Promise<string | null>
  askPassphrase(file: string, again: boolean): Promise<string | null>
  answerPrompts(round: PromptRound): Promise<readonly string[] | null>
  banner(text: string): Promise<void>
  progress(id: number, transferred: number, total: number | null): Promise<void>
}

/** Most bytes of a download where the browser cannot write into a file that the person chooses: it must hold all of them. */
export const DOWNLOAD_BOUND = 1 << 30
