/**
 * Lets xterm.js live under `style-src 'self'`. It makes `<style>` elements and `style` attributes, which that policy forbids because injected
 * markup could bring them; the same rules set by scripts through the CSSOM are allowed. So a style element that a script makes is one without
 * effect here, whose text goes into a constructed style sheet, and a style attribute goes into `element.style`.
 */
export function keepStylesStrict(): void {
  const create = document.createElement.bind(document) as (name: string, options?: ElementCreationOptions) => HTMLElement
  document.createElement = (name: string, options?: ElementCreationOptions) => name === 'style' ? sheetElement(create('template')) : create(name, options)
  HTMLSpanElement.prototype.setAttribute = function (this: HTMLSpanElement, name: string, value: string) {
    if (name === 'style') this.style.cssText = value
    else Element.prototype.setAttribute.call(this, name, value)
  }
}

function sheetElement(element: HTMLElement): HTMLElement {
  const sheet = new CSSStyleSheet()
  document.adoptedStyleSheets.push(sheet)
  Object.defineProperty(element, 'textContent', { set: (text: string) => { sheet.replaceSync(text) } })
  element.remove = () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet)
    Element.prototype.remove.call(element)
  }
  return element
}
