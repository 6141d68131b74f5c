import type { Target, Persist } from '../session/messages.ts'

/** The settings of a page on its element. */
export interface PaneConfig {
  readonly gateway: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly jump: Target['jump']
  readonly persist: Persist
  readonly tmuxSession: string
  readonly readOnly: boolean
  readonly obscureKeystrokes: boolean
  readonly env: Readonly<Record<string, string>>
  readonly knownHosts: string | null
  readonly theme: 'auto' | 'light' | 'dark'
  readonly fontSize: number
  readonly screenReader: boolean
  readonly worker: string | URL | null
  /** The URL of `service-worker.js`; empty if the page has none. */
  readonly serviceWorker: string
  /** `null`: the user types a token. */
  readonly ticket: ((request: { readonly resuming: boolean, readonly refused: boolean }) => string | Promise<string>) | null
  /** The own origin of web previews; empty if there is none. */
  readonly preview: string
  /** The gateway that a link has named in place of the page's own; empty if none has. */
  readonly linkedGateway: string
  /** Fills the form's field. */
  readonly token: string
  /** Where this page stores which session it shows. */
  readonly storageKey: string
}

/** The element, as its inner parts see it. */
export interface PaneHost {
  readonly element: HTMLElement
  readonly config: PaneConfig
  emit(name: string, detail?: unknown): void
  /** Asks the page; `undefined` if it leaves the question to the element. */
  request<T>(name: string, detail: unknown): Promise<T> | undefined
}
