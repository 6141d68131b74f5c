import type { PageApi, SessionState, Target, Transfer } from './messages.ts'
import type { ScreenKeeper } from './screen-keeper.ts'

/** Bytes that a page may hold without having shown them. */
const HIGH_WATER_MARK = 384 << 10

/** One page that shows a session. */
export interface Viewer {
  readonly page: PageApi
  visible: boolean
  /** Bytes given and not shown. */
  pending: number
  /** It gets each piece of output. A page that fell behind, or has just come, gets the whole screen first. */
  live: boolean
}

/** The pages that show one session. All get its output; the one that had the focus last sets the pace and the size, and answers for the terminal. */
export class Viewers {
  readonly #keeper: () => ScreenKeeper
  readonly #all = new Set<Viewer>()
  #leader: Viewer | undefined
  #wake: (() => void) | undefined

  constructor(keeper: () => ScreenKeeper) {
    this.#keeper = keeper
  }

  get empty(): boolean {
    return this.#all.size === 0
  }

  /** The page to ask, whose answers count. */
  get leader(): Viewer | undefined {
    return this.#leader
  }

  /** A visible and up-to-date page answers programs' queries to the terminal; otherwise the keeper does. */
  get answers(): boolean {
    return this.#leader?.live === true
  }

  add(viewer: Viewer): void {
    this.#all.add(viewer)
    this.#leader ??= viewer
  }

  remove(viewer: Viewer): void {
    this.#all.delete(viewer)
    if (this.#leader === viewer) this.#leader = [...this.#all].find(({ visible }) => visible) ?? [...this.#all][0]
    this.#wake?.()
  }

  lead(viewer: Viewer): void {
    if (this.#all.has(viewer)) this.#leader = viewer
  }

  send(data: Uint8Array): void {
    for (const viewer of this.#all) {
      if (!viewer.live) continue
      if (viewer.pending > HIGH_WATER_MARK && !(viewer === this.#leader && viewer.visible)) {
        viewer.live = false
        continue
      }
      this.#track(viewer, data.length, viewer.page.output(data))
    }
  }

  #track(viewer: Viewer, bytes: number, shown: Promise<void>): void {
    viewer.pending += bytes
    const done = () => {
      viewer.pending -= bytes
      this.#wake?.()
      if (!viewer.live && viewer.pending === 0 && viewer.visible) this.refresh(viewer)
    }
    // A page that has gone is removed elsewhere.
    shown.then(done, done)
  }

  /** Gives `viewer` the whole screen; from then on it gets each piece. */
  refresh(viewer: Viewer): void {
    viewer.live = false
    this.#keeper().whenIdle(() => {
      if (!this.#all.has(viewer) || viewer.live) return
      const { cols, rows } = this.#keeper().terminal
      viewer.live = true
      const text = this.#keeper().snapshot()
      this.#track(viewer, text.length, viewer.page.snapshot(text, cols, rows))
    })
  }

  /** Resolves when the leader has room for more, and no visible page waits for the screen. */
  async room(): Promise<void> {
    while (this.#crowded()) await new Promise<void>((resolve) => { this.#wake = resolve })
    this.#wake = undefined
    if ([...this.#all].some(({ visible, live }) => visible && !live)) await new Promise<void>((resolve) => this.#keeper().whenIdle(resolve))
  }

  #crowded(): boolean {
    const leader = this.#leader
    return leader !== undefined && leader.visible && leader.live && leader.pending > HIGH_WATER_MARK
  }

  /** The leader has become visible or invisible: waiting callers check again. */
  changed(): void {
    this.#wake?.()
  }

  size(columns: number, rows: number): void {
    for (const { page } of this.#all) page.size(columns, rows).catch(ignore)
  }

  state(state: SessionState, target: Target | null): void {
    for (const { page } of this.#all) page.state(state, target).catch(ignore)
  }

  title(title: string): void {
    for (const { page } of this.#all) page.title(title).catch(ignore)
  }

  bell(): void {
    for (const { page } of this.#all) page.bell().catch(ignore)
  }

  transfers(transfers: readonly Transfer[]): void {
    for (const { page } of this.#all) page.transfers(transfers).catch(ignore)
  }
}

function ignore(): void {}
