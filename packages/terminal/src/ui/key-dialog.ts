import type { HolderApi, SavedKey } from '../session/messages.ts'
import type { Dialogs } from './dialog.ts'
import { button, field, h } from './dom.ts'
import { visible } from './visible.ts'

/** Makes a key in this browser, or uses an existing one, and puts it on the server, so that the next login needs no password. */
export async function installKeyDialog(api: HolderApi, dialogs: Dialogs, who: string, explain: (error: unknown) => string): Promise<SavedKey | null> {
  const keys = await api.savedKeys()
  const select = h('select', {}, h('option', { value: '' }, 'A new key, made in this browser'), ...keys.map(({ id, comment }) => h('option', { value: id }, `${visible(comment)} · ${id.slice(0, 15)}…`)))
  const chosen = await dialogs.ask('Log in with a key from now on', [
    h('p', {}, 'The key’s public half is written into ', h('code', {}, '~/.ssh/authorized_keys'), ` of ${who}. The private half stays in this browser and can be read by no script.`),
    field('Key', select),
  ], [{ label: 'Cancel', value: () => null }, { label: 'Put it on the server', value: () => select.value, kind: 'primary' }])
  if (chosen === null) return null
  try {
    const key = chosen === '' ? await api.createKey(`${who} in this browser, ${new Date().toISOString().slice(0, 10)}`) : keys.find(({ id }) => id === chosen) as SavedKey
    const added = await api.installKey(key.id)
    await dialogs.ask('The key works', [
      h('p', {}, `${added ? 'It was added' : 'It was there already'}, and a second connection has logged in with it.`),
      publicLine(key),
    ], [{ label: 'Done', value: () => true, kind: 'primary' }])
    return key
  } catch (error) {
    await dialogs.ask('The key was not installed', [h('p', {}, explain(error))], [{ label: 'Close', value: () => true, kind: 'primary' }], { tone: 'danger' })
    return null
  }
}

/** The line of `authorized_keys`, for copying. */
export function publicLine({ line }: SavedKey): HTMLElement {
  const text = h('code', { class: 'fingerprint', tabIndex: 0 }, line)
  return h('div', { class: 'public-line' }, text, button('Copy', () => void navigator.clipboard?.writeText(line)))
}
