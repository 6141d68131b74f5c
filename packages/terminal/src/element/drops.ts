import { h } from '../ui/dom.ts'
import type { Pane } from './pane.ts'

/** Files that are dropped anywhere on the element are uploaded to the folder in the files panel; while they are dragged, an overlay shows where. */
export function followDrops(pane: Pane): void {
  const { element } = pane
  const curtain = h('div', { class: 'curtain', hidden: true, 'aria-hidden': 'true' })
  element.append(curtain)
  const wanted = (event: DragEvent) => pane.running && event.dataTransfer?.types.includes('Files') === true
  element.addEventListener('dragover', (event) => {
    if (!wanted(event)) return
    event.preventDefault()
    const { folder } = pane.files
    curtain.textContent = `Upload to ${folder === '.' ? 'the home folder' : folder}`
    curtain.hidden = false
  })
  element.addEventListener('dragleave', (event) => {
    if (!element.contains(event.relatedTarget as Node | null)) curtain.hidden = true
  })
  element.addEventListener('drop', (event) => {
    curtain.hidden = true
    if (!wanted(event) || !event.dataTransfer) return
    event.preventDefault()
    void pane.files.drop(event.dataTransfer)
  })
}
