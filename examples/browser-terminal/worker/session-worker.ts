/// The worker of one tab: the SSH session and everything secret stay in here.
import type { Client, SftpClient } from 'libssh2-wasm'
import { sendShell } from 'libssh2-wasm/xterm'
import type { PageApi, SessionApi } from '../messages.ts'
import { calls, describe } from '../rpc.ts'
import { openConnection } from './connection.ts'
import { Files } from './files.ts'
import { removeHostKeys } from './host-keys.ts'
import { Keys } from './keys.ts'

function serve(port: MessagePort): void {
  let client: Client | undefined
  let sftp: Promise<SftpClient> | undefined
  const connected = () => {
    if (!client) throw new Error('there is no connection')
    return client
  }
  const files = new Files(() => sftp ??= connected().sftp(), (id, { transferred, total }) => void page.progress(id, transferred, total ?? null))
  const keys = new Keys((file, again) => page.askPassphrase(file, again))
  const close = async () => {
    await client?.close()
    client = sftp = undefined
  }
  const session: SessionApi = {
    async connect(target, login) {
      await close()
      client = await openConnection(target, login, keys, page)
      const { serverIdentification: server, algorithms: { kex, cipher } } = client
      return { server, kex, cipher: cipher.toServer }
    },
    async shell(columns, rows, shellPort) {
      sendShell(await connected().shell({ term: 'xterm-256color', columns, rows }), shellPort)
    },
    ended: async () => describe((await connected().closed).error),
    list: (path) => files.list(path),
    upload: (id, file, folder) => files.upload(id, file, folder),
    download: (id, path, into) => files.download(id, path, into),
    cancel: async (id) => files.cancel(id),
    savedKeys: () => keys.list(),
    importKey: (file) => keys.add(file),
    removeKey: (id) => keys.remove(id),
    removeHostKeys,
    close,
  }
  const page = calls<PageApi, SessionApi>(port, session)
}

addEventListener('message', ({ ports }) => serve(ports[0]!), { once: true })
