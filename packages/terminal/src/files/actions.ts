import type { FileEntry, HolderApi } from '../session/messages.ts'
import type { Dialogs } from '../ui/dialog.ts'
import { h } from '../ui/dom.ts'
import { visible } from '../ui/visible.ts'
import { formatMode } from './format.ts'
import type { FilesSetting } from './setting.ts'

type Action = 'edit' | 'rename' | 'permissions' | 'delete'

/** Asks what to do with a file or folder and does it. Resolves with whether something was changed. */
export async function actionsOf({ api: holder, dialogs, explain }: FilesSetting, folder: string, entry: FileEntry): Promise<boolean> {
  const api = holder()
  const name = visible(entry.name)
  const action = await dialogs.ask<Action | null>(name, [h('p', {}, `${formatMode(entry.mode)}, in ${visible(folder)}`)], [
    { label: 'Close', value: () => null },
    ...entry.kind === 'file' ? [{ label: 'Edit…', value: () => 'edit' as const }] : [],
    { label: 'Rename…', value: () => 'rename' },
    ...entry.kind === 'link' ? [] : [{ label: 'Permissions…', value: () => 'permissions' as const }],
    { label: 'Delete…', value: () => 'delete', kind: 'danger' },
  ])
  if (action === 'edit') return (await import('./editor.ts')).edit(api, dialogs, explain, entry)
  if (action === 'rename') return rename(api, dialogs, folder, entry)
  if (action === 'permissions') return permissions(api, dialogs, entry)
  return action === 'delete' && remove(api, dialogs, entry)
}

async function rename(api: HolderApi, dialogs: Dialogs, folder: string, entry: FileEntry): Promise<boolean> {
  const to = await dialogs.text('Rename', 'New name', entry.name, 'Rename', { pattern: '[^\\/]+' })
  if (to === null || to === entry.name) return false
  await api.rename(entry.path, `${folder.replace(/\/$/, '')}/${to}`)
  return true
}

async function permissions(api: HolderApi, dialogs: Dialogs, { path, mode, name }: FileEntry): Promise<boolean> {
  const text = await dialogs.text('Permissions', `Octal number for ${visible(name)}`, mode.toString(8).padStart(3, '0'), 'Set', { pattern: '[0-7]{3,4}', hint: '644: you write, all read. 755: all may run it or enter it too. 600: you alone.' })
  if (text === null) return false
  await api.permissions(path, Number.parseInt(text, 8))
  return true
}

async function remove(api: HolderApi, dialogs: Dialogs, { path, name, kind }: FileEntry): Promise<boolean> {
  const { files, directories } = await api.count(path)
  const what = kind === 'directory' ? `${plural(directories, 'folder')} with ${plural(files, 'file')}` : 'one file'
  const yes = await dialogs.confirm(`Delete ${visible(name)}?`, [h('p', {}, `This deletes ${what} on the server. There is no way back.`)], 'Delete', { danger: true })
  if (yes) await api.remove(path)
  return yes
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
