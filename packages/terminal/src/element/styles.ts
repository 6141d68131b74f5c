import xterm from '@xterm/xterm/css/xterm.css'
import base from '../styles/base.css'
import dialogs from '../styles/dialogs.css'
import files from '../styles/files.css'
import forms from '../styles/forms.css'
import layout from '../styles/layout.css'
import tabs from '../styles/tabs.css'

let sheets: CSSStyleSheet[] | undefined

/** The styles of both elements, created once per page. */
export function adoptStyles(root: ShadowRoot): void {
  sheets ??= [xterm, base, layout, tabs, forms, dialogs, files].map((text) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
    return sheet
  })
  root.adoptedStyleSheets = sheets
}
