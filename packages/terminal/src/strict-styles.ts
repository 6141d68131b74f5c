/**
 * Lets xterm.js run under `style-src 'self'`. It makes `<style>` elements, which that policy forbids because injected markup could contain
 * them; the same
 * rules in a constructed style sheet are allowed. The build makes xterm.js call this in place of `document.createElement('style')`
 * (`build/xterm-strict.mjs`): it gets an element without effect, whose text goes into a sheet of the root that contains it.
 */
export function strictStyleElement(): HTMLElement {
  const element = document.createElement('template')
  const sheet = new CSSStyleSheet()
  let root: Document | ShadowRoot | undefined
  const adopt = () => {
    const now = element.getRootNode()
    if (root === now || !('adoptedStyleSheets' in now)) return
    leave()
    root = now as Document | ShadowRoot
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet]
  }
  const leave = () => {
    if (root) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet)
    root = undefined
  }
  Object.defineProperty(element, 'textContent', {
    get: () => '',
    set: (text: string) => {
      sheet.replaceSync(text)
      adopt()
      if (!root) queueMicrotask(adopt)
    },
  })
  element.remove = () => {
    leave()
    Element.prototype.remove.call(element)
  }
  return element
}
