import { h } from '../ui/dom.ts'
import { visible } from '../ui/visible.ts'
import type { Pane } from './pane.ts'

const OPENED = ['http:', 'https:', 'mailto:']
/** Names of the machine on which the shell runs. */
const LOCAL = /^(localhost|.*\.localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/

/**
 * Handles a link in the terminal's text: its real address is shown before it is opened; a link to a file on the server opens the files panel, one to a web server on
 * it a preview.
 */
export async function openLink(pane: Pane, text: string): Promise<void> {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return
  }
  if (url.protocol === 'file:') return pane.files.reveal(decodeURIComponent(url.pathname))
  if (!OPENED.includes(url.protocol)) return
  const preview = pane.host.config.preview !== '' && url.protocol === 'http:' && LOCAL.test(url.hostname)
  const asked = pane.host.request<boolean>('link', { url: url.href })
  const question = preview ? 'It is a web server on the SSH server, and is shown through this session:' : 'The text in the terminal may say something else. It leads to:'
  const yes = asked ? await asked : await pane.dialogs.confirm('Open this address?', [h('p', {}, question), h('code', { class: 'fingerprint' }, visible(url.href))], 'Open')
  if (!yes) return
  if (preview) await pane.preview({ host: 'localhost', port: Number(url.port) || 80 }, `${url.pathname}${url.search}${url.hash}`).catch((error: unknown) => pane.dialogs.confirm('The preview was not opened', [h('p', {}, error instanceof Error ? error.message : String(error))], 'Close'))
  else globalThis.open(url.href, '_blank', 'noopener,noreferrer')
}
