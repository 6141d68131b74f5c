import type { HolderApi } from '../session/messages.ts'
import type { Dialogs } from '../ui/dialog.ts'
import { askConflict, type Decision, freeName } from './conflicts.ts'
import type { Gathered } from './gather.ts'

/** Uploads files to their places below `folder`. If a name exists, it asks before it sends the first byte of any file. */
export async function uploadAll(api: HolderApi, dialogs: Dialogs, folder: string, gathered: readonly Gathered[]): Promise<void> {
  const top = folder.replace(/\/$/, '')
  const places = gathered.map(({ path }) => `${top}/${path}`)
  for (const directory of directoriesOf(gathered)) await api.makeDirectory(`${top}/${directory}`)
  const existing = await api.existing(places)
  const planned: { file: File, path: string, goOn: boolean }[] = []
  let forAll: Decision | undefined
  let open = existing.filter((one) => one !== null).length
  for (const [index, { file }] of gathered.entries()) {
    const path = places[index] as string
    const there = existing[index]
    if (!there) {
      planned.push({ file, path, goOn: false })
      continue
    }
    const answer = forAll ? { decision: forAll, all: true } : await askConflict(dialogs, file, there, --open)
    if (!answer) return
    if (answer.all) forAll = answer.decision
    const { decision } = answer
    if (decision === 'skip') continue
    const free = decision === 'both' ? await freeName(path, async (other) => (await api.existing([other]))[0] !== null) : path
    planned.push({ file, path: free, goOn: decision === 'go-on' && there.unfinished > 0 && there.unfinished < file.size })
  }
  // Each has its line in the list of transfers, which shows its outcome.
  await Promise.allSettled(planned.map(({ file, path, goOn }) => api.upload(file, path, goOn)))
}

/** The required folders, parents first. */
function directoriesOf(gathered: readonly Gathered[]): string[] {
  const all = new Set<string>()
  for (const { path } of gathered) {
    const at = path.lastIndexOf('/')
    if (at > 0) all.add(path.slice(0, at))
  }
  return [...all].sort()
}
