/// Everything that passes between a page and the worker that holds its sessions.
import type { CredentialRequest } from 'libssh2-wasm'

export interface Target {
  /** `ws://HOST:PORT` or `wss://…`. */
  readonly gateway: string
  readonly host: string
  readonly port: number
  readonly username: string
  /** Jump hosts, in order; each host key is checked here. */
  readonly jump?: readonly Hop[] | undefined
}

export interface Hop {
  readonly host: string
  readonly port: number
  readonly username: string
}

export interface Login {
  /** Empty: the user is asked, when the server wants one. */
  readonly password: string
  /** `SavedKey.id`, or empty. */
  readonly key: string
}

/** How long a session outlives its pages: not at all, some minutes, or in tmux on the server. */
export type Persist = 'none' | 'resume' | 'tmux'

export interface ShellSettings {
  readonly columns: number
  readonly rows: number
  readonly env: Readonly<Record<string, string>>
  readonly persist: Persist
  /** Name of the session that `persist: 'tmux'` makes and joins. */
  readonly tmuxSession: string
  readonly obscureKeystrokes: boolean
  /** known_hosts text: if given, only its keys are accepted. */
  readonly knownHosts: string | null
}

export interface Welcome {
  readonly server: string
  readonly kex: string
  readonly cipher: string
  /** How the server's key came to be trusted. */
  readonly trust: 'known-hosts' | 'first-use'
  readonly fingerprint: string
  /** The shell runs in tmux on the server, and goes on without this connection. */
  readonly inTmux: boolean
}

/** An error as plain data. `code` is that of the library, or one of this package: `CANCELLED`, `TOO_LARGE`, `TOO_LARGE_TO_EDIT`, `NOT_TEXT`, `CHANGED_MEANWHILE`, `WORKER`, `WORKER_ENDED`. */
export interface Failure {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly expected?: string | undefined
  readonly received?: string | undefined
  readonly methodsLeft?: readonly string[] | undefined
  /** Close code of the gateway. */
  readonly closeCode?: number | undefined
}

/** How a shell ended: its exit code, or the signal that ended it. */
export interface Ending {
  readonly code: number | null
  readonly signal: string | null
}

export type SessionState =
  | { readonly name: 'idle' }
  | { readonly name: 'connecting' }
  | { readonly name: 'open', readonly welcome: Welcome }
  /** The network does not answer; the session waits for it. `since`: milliseconds since 1970; `nextIn`: milliseconds until the next attempt. */
  | { readonly name: 'stalled', readonly welcome: Welcome, readonly since: number, readonly attempt: number, readonly nextIn: number, readonly unacknowledged: number }
  | { readonly name: 'ended', readonly ending: Ending }
  | { readonly name: 'failed', readonly failure: Failure }

/** What a page receives when it attaches. */
export interface Attached {
  readonly id: string
  readonly state: SessionState
  readonly target: Target | null
  readonly title: string
  readonly transfers: readonly Transfer[]
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
  /** `browser`: a non-extractable key in IndexedDB; `authenticator`: a passkey; `memory`: in this session, until it is closed. */
  readonly kept: 'browser' | 'authenticator' | 'memory'
  /** It has a user certificate, which is offered first. */
  readonly certified: boolean
  /** The line of `authorized_keys`. */
  readonly line: string
}

/** A credential that the page has just registered (WebAuthn section 7.1), of ES256. */
export interface NewPasskey {
  /** `AuthenticatorAttestationResponse.getPublicKey()`. */
  readonly spki: ArrayBuffer
  readonly rpId: string
  readonly credentialId: Uint8Array
  readonly comment: string
}

/** `AuthenticatorAssertionResponse` as plain data. */
export interface Assertion {
  readonly authenticatorData: ArrayBuffer
  readonly clientDataJSON: ArrayBuffer
  readonly signature: ArrayBuffer
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
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number
}

export interface Listing {
  readonly path: string
  readonly entries: readonly FileEntry[]
}

/** What exists at the place of a file to upload. */
export interface Existing {
  readonly kind: FileEntry['kind']
  readonly size: number
  readonly modified: number
  /** Bytes of an unfinished upload beside it, or 0. */
  readonly unfinished: number
}

/** A text file as it was read. */
export interface EditedFile {
  readonly text: string
  readonly size: number
  /** Seconds since 1970, as the server counts them. */
  readonly modified: number
}

export interface Transfer {
  readonly id: number
  readonly direction: 'up' | 'down'
  readonly name: string
  readonly state: 'waiting' | 'running' | 'done' | 'cancelled' | 'failed'
  readonly transferred: number
  /** Bytes, or `null` if nobody knows. */
  readonly total: number | null
  /** Recent speed in bytes per second. */
  readonly speed: number
  /** The verified outcome, in words: for a cancelled or failed one. */
  readonly outcome: string
}

/** The page's calls to the holder. */
export interface HolderApi {
  /**
   * Joins the session `id` if it still exists, otherwise a new one. The screen follows in `PageApi.snapshot`. @param lock name of a Web Lock
   * that the page holds as long as it lives
   */
  attach(id: string | null, lock: string): Promise<Attached>
  /** Whether this page is visible, and has the focus: then its size is the terminal's and its answers go to the server. */
  look(visible: boolean, focused: boolean): Promise<void>
  connect(target: Target, login: Login, settings: ShellSettings): Promise<Welcome>
  /** Resolves when the server's window has taken it. @param typed by a person, who makes this page the leading one by it; otherwise it is the terminal's own answer to a program */
  input(data: Uint8Array, typed: boolean): Promise<void>
  resize(columns: number, rows: number): Promise<void>
  list(path: RemotePath): Promise<Listing>
  existing(paths: readonly string[]): Promise<readonly (Existing | null)[]>
  makeDirectory(path: string): Promise<void>
  rename(from: RemotePath, to: string): Promise<void>
  permissions(path: RemotePath, mode: number): Promise<void>
  /** How many files and directories a removal would take. */
  count(path: RemotePath): Promise<{ readonly files: number, readonly directories: number }>
  remove(path: RemotePath): Promise<void>
  /** @param goOn continue the unfinished upload beside the target. Resolves when it is complete; rejects with its outcome. */
  upload(file: File, path: string, goOn: boolean): Promise<void>
  /** Into the file that the user chose; without one, the result has the whole content. Directories come as ZIP. */
  download(path: RemotePath, name: string, directory: boolean, into: FileSystemFileHandle | null): Promise<Blob | null>
  /** A small text file. @throws `TOO_LARGE_TO_EDIT`, `NOT_TEXT` */
  readText(path: RemotePath): Promise<EditedFile>
  /** Replaces it as a whole. @param known as it was read; `null`: whatever is there now. @throws `CHANGED_MEANWHILE` if that is another file by size or time */
  saveText(path: RemotePath, text: string, known: EditedFile | null): Promise<void>
  cancel(id: number): Promise<void>
  dismiss(id: number): Promise<void>
  savedKeys(): Promise<readonly SavedKey[]>
  importKey(file: File): Promise<SavedKey>
  createKey(comment: string): Promise<SavedKey>
  addPasskey(made: NewPasskey): Promise<SavedKey>
  /**
   * Writes the key into `authorized_keys` and tries it on a second connection. Resolves with whether the line was new.
   * @param days after which the server refuses it (`expiry-time`); `null`: never
   */
  installKey(id: string, days: number | null): Promise<boolean>
  removeKey(id: string): Promise<void>
  removeHostKeys(host: string, port: number): Promise<void>
  probe(): Promise<void>
  openTcp(host: string, port: number, stream: MessagePort): Promise<void>
  /** Ends the session for everybody. */
  close(): Promise<void>
  /** This page goes away; the session may stay. */
  leave(): Promise<void>
}

/** The holder's calls to a page, which asks the user; `null`: the user declines. */
export interface PageApi {
  /** Resolves when the terminal has shown it, which creates the back-pressure. */
  output(data: Uint8Array): Promise<void>
  /** The whole screen, replacing the old one. */
  snapshot(text: string, columns: number, rows: number): Promise<void>
  size(columns: number, rows: number): Promise<void>
  state(state: SessionState, target: Target | null): Promise<void>
  title(title: string): Promise<void>
  bell(): Promise<void>
  transfers(transfers: readonly Transfer[]): Promise<void>
  confirmHostKey(key: NewHostKey): Promise<boolean>
  askPassword(who: string, again: boolean): Promise<string | null>
  askPassphrase(file: string, again: boolean): Promise<string | null>
  answerPrompts(who: string, round: PromptRound): Promise<readonly string[] | null>
  /** Has the authenticator sign with a passkey. */
  askAuthenticator(request: CredentialRequest): Promise<Assertion | null>
  /** @param request whether a session will be resumed with it, and whether the last one was rejected */
  ticket(request: { readonly resuming: boolean, readonly refused: boolean }): Promise<string>
}

/** The largest download for browsers that cannot write into a file that the user chooses: they must hold all of it. */
export const DOWNLOAD_BOUND = 1 << 30
