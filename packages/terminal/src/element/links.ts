import { h } from '../ui/dom.ts'
import { visible } from '../ui/visible.ts'
import type { Pane } from './pane.ts'

const OPENED = ['http:', 'https:', 'mailto:']

/** Handles a link in the terminal's text: its real address is shown before it is opened; a link to a file on the server opens the files panel. */
export async function openLink(pane: Pane, text: string): Promise<void> {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return
  }
  if (url.protocol === 'file:') return pane.files.reveal(decodeURIComponent(url.pathname))
  if (!OPENED.includes(url.protocol)) return
  const asked = pane.host.request<boolean>('link', { url: url.href })
  const yes = asked ? await asked : await pane.dialogs.confirm('Open this address?', [
    h('p', {}, 'The text in the terminal may say something else. It leads to:'), h('code', { class: 'fingerprint' }, visible(url.href)),
  ], 'Open')
  if (yes) globalThis.open(url.href, '_blank', 'noopener,noreferrer')
}
