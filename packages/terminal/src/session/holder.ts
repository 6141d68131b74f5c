/// The worker that holds sessions, with everything secret in them: a SharedWorker or a service worker for all pages of an origin, or a worker of one page.
import { KeyInstaller } from '../keys/install.ts'
import type { HolderApi, PageApi } from './messages.ts'
import { lendStream } from './lent-stream.ts'
import { removeHostKeys } from './host-keys.ts'
import { calls, describe } from './rpc.ts'
import { FEED, holderLock } from './holder-names.ts'
import { renew, type ServiceEvent, stay } from './service-life.ts'
import { Session } from './session.ts'
import type { Viewer } from './viewers.ts'
import { cancelled } from './wanted.ts'

const sessions = new Map<string, Session>()

function newSession(): Session {
  const session = new Session(() => {
    sessions.delete(session.id)
    if (sessions.size === 0) renew()
  })
  sessions.set(session.id, session)
  return session
}

/** Serves one `<ssh-terminal>` of one page. */
function serve(port: MessagePort): void {
  let joined: Session | undefined
  const session = (): Session => {
    if (!joined) throw new Error('attach comes first')
    return joined
  }
  let gone = () => {}
  const left = new Promise<void>((resolve) => { gone = resolve })
  const leave = () => {
    gone()
    joined?.detach(viewer)
    joined = undefined
    connection.end(describe(cancelled()))
  }
  const api: HolderApi = {
    async attach(id, lock) {
      if (navigator.locks) {
        // Held as long as this worker lives and serves the page: when the page gets it, the worker has gone. The page asks for it after this call, so it must be held by then.
        await new Promise<void>((held) => void navigator.locks.request(holderLock(lock), () => {
          held()
          return left
        }))
        // The page holds this one as long as it lives: when this code gets it, the page has gone.
        void navigator.locks.request(lock, leave)
      }
      joined = (id === null ? undefined : sessions.get(id)) ?? newSession()
      return joined.attach(viewer)
    },
    async look(visible, focused) {
      viewer.visible = visible
      if (focused) session().viewers.lead(viewer)
      if (visible && !viewer.live) session().viewers.refresh(viewer)
      session().viewers.changed()
    },
    connect: (target, login, settings) => {
      session().viewers.lead(viewer)
      return session().connect(target, login, settings)
    },
    input: (data, typed) => {
      if (typed) session().viewers.lead(viewer)
      return session().input(viewer, data)
    },
    async resize(columns, rows) {
      if (session().viewers.leader === viewer) session().resize(columns, rows)
    },
    list: (path) => session().files.list(path),
    existing: (paths) => session().files.existing(paths),
    makeDirectory: (path) => session().files.makeDirectory(path),
    rename: (from, to) => session().files.rename(from, to),
    permissions: (path, mode) => session().files.permissions(path, mode),
    count: (path) => session().files.count(path),
    remove: (path) => session().files.remove(path),
    upload: (file, path, goOn) => session().files.upload(file, path, goOn),
    download: (path, name, directory, into) => session().files.download(path, name, directory, into),
    readText: (path) => session().files.readText(path),
    saveText: (path, text, known) => session().files.saveText(path, text, known),
    cancel: async (id) => session().files.cancel(id),
    dismiss: async (id) => session().files.dismiss(id),
    savedKeys: () => session().keys.list(),
    importKey: (file) => session().keys.add(file),
    createKey: (comment) => session().keys.create(comment),
    addPasskey: (made) => session().keys.addPasskey(made),
    installKey: (id, days) => new KeyInstaller(session()).install(id, days),
    removeKey: (id) => session().keys.remove(id),
    removeHostKeys,
    async probe() {
      await joined?.connection?.gateway?.probe()
    },
    openTcp: async (host, tcpPort, stream) => lendStream(await session().client.openTcp(host, tcpPort), stream),
    close: () => session().close(),
    async leave() {
      leave()
    },
  }
  const connection = calls<PageApi, HolderApi>(port, api)
  const viewer: Viewer = { page: connection.theirs, visible: true, pending: 0, live: false }
}

if ('onconnect' in globalThis) (globalThis as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = ({ ports }) => serve(ports[0] as MessagePort)
else {
  addEventListener('message', (event: ServiceEvent) => {
    const { data, ports: [port] } = event
    if (data === 'attach' && port) serve(port)
    if (data === FEED) stay(event)
  })
}
