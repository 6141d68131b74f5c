/** A window of a browser, as far as the tests of the element need it in every browser. */
export interface Window {
  goto(url: string): Promise<void>
  reload(): Promise<void>
  /** Runs the body of a function in the page, with `values` as `args`; it may return a promise. */
  run<T>(body: string, ...values: readonly unknown[]): Promise<T>
  close(): Promise<void>
  /** Before the other windows, which a browser then takes for hidden. */
  toFront(): Promise<void>
  /** Presses real keys; `\n` is Enter. */
  type(text: string): Promise<void>
}

export interface Driven extends AsyncDisposable {
  readonly name: string
  readonly version: string
  /** The window that is open from the start. */
  readonly first: Window
  /** Another window of the same profile. */
  another(): Promise<Window>
}

/** Waits until the page has what `body` returns: anything but false, null and undefined. */
export async function until<T>(window: Window, body: string, values: readonly unknown[] = [], patience = 60_000): Promise<T> {
  const end = performance.now() + patience
  for (;;) {
    const found = await window.run<T | null | undefined | false>(body, ...values)
    if (found !== null && found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`nothing came of: ${body} ${JSON.stringify(values)}\n${await window.run<string>('return document.querySelector("ssh-terminals")?.shadowRoot ? document.querySelector("ssh-terminals").current.shadowRoot.textContent.slice(0, 2000) + document.querySelector("ssh-terminals").current.screenText() : document.body.textContent')}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
