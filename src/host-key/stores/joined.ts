import { joinedTexts } from '../known-hosts/texts.ts'
import type { HostKeyStore } from './host-key-store.ts'

/**
 * Several texts as one store, such as the files of a user and those of the system. Only the first one is written.
 * @param appended called after each line
 */
export function joinedHostKeyStore(first: HostKeyStore, others: readonly Pick<HostKeyStore, 'read'>[], appended: () => void): HostKeyStore {
  const read = async () => {
    const [own = '', ...rest] = await Promise.all([first, ...others].map((store) => store.read()))
    return { own, rest: joinedTexts(rest), all: joinedTexts([own, ...rest]) }
  }
  return {
    ...first.place !== undefined && { place: first.place },
    read: async () => (await read()).all,
    async append(line, before) {
      const { own, all } = await read()
      if (before !== undefined && all !== before) return false
      if (await first.append(line, before === undefined ? undefined : own) === false) return false
      appended()
      return true
    },
    ...first.replace && { replace: async (before: string, after: string) => {
      const { own, rest, all } = await read()
      return all === before && after.endsWith(rest) && first.replace!(own, after.slice(0, after.length - rest.length))
    } },
  }
}
