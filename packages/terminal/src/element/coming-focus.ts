/** Elements into which people type. */
const TYPED_INTO = 'input, textarea, select, iframe, [contenteditable], ssh-terminal, ssh-terminals'

/** The focus that a page gets when what it has asked for is there: not if the person has begun to type elsewhere meanwhile, which would go to the server. */
export class ComingFocus {
  readonly #element: Element
  /** Where the focus was; `undefined`: the page has not asked. */
  #from: Element | null | undefined

  constructor(element: Element) {
    this.#element = element
  }

  ask(): void {
    this.#from = document.activeElement
  }

  /** Whether the focus may come. Once it has been told, the next time needs a new `ask`. */
  take(): boolean {
    const from = this.#from
    this.#from = undefined
    if (from === undefined) return false
    const { activeElement } = document
    return activeElement === null || activeElement === from || activeElement === outermost(this.#element) || !activeElement.matches(TYPED_INTO)
  }
}

/** What the document takes for the focused element, if the focus is in `element`. */
function outermost(element: Element): Element {
  const root = element.getRootNode()
  return root instanceof ShadowRoot ? outermost(root.host) : element
}
