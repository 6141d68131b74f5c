/** As much of an element as the parts of the element's user interface are made of. */
export class Element {
  readonly children: (Element | string)[] = []
  readonly dataset: Record<string, string> = {}
  readonly classList = { add: () => {} }
  title = ''
  append(...more: (Element | string)[]) { this.children.push(...more) }
  replaceChildren(...all: (Element | string)[]) { this.children.splice(0, this.children.length, ...all) }
  setAttribute() {}
  set textContent(text: string) { this.replaceChildren(text) }
  get text(): string { return this.children.map((child) => typeof child === 'string' ? child : child.text).join('') }
  /** All titles in it. */
  get titles(): string { return [this.title, ...this.children.map((child) => typeof child === 'string' ? '' : child.titles)].filter((title) => title !== '').join('\n') }
}

/** What `document` has to be. */
export const ownDocument = { createElement: () => new Element(), createElementNS: () => new Element() }
