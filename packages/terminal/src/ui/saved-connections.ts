import { button, h, iconButton } from './dom.ts'
import { address } from '../session/address.ts'
import { isList, isObject, readItem, writeItem } from './page-storage.ts'

/** A previous connection: no passwords, keys or tokens. */
export interface SavedConnection {
  readonly gateway: string
  readonly host: string
  readonly port: number
  readonly username: string
}

const ITEM = 'libssh2-wasm-connections'
const MOST = 12

/** The connections made from this browser, the last one first. They fill the form and never connect by themselves. */
export class SavedConnections {
  readonly element = h('div', { class: 'saved', role: 'group', 'aria-label': 'Connections of this browser', hidden: true })
  readonly #chosen: (connection: SavedConnection) => void

  constructor(chosen: (connection: SavedConnection) => void) {
    this.#chosen = chosen
    this.refresh()
  }

  refresh(): void {
    const all = read()
    this.element.hidden = all.length === 0
    this.element.replaceChildren(...all.map((one) => {
      const name = `${one.username}@${address(one.host, one.port)}`
      return h('span', { class: 'chip' }, button(name, () => this.#chosen(one)), iconButton('close', `Forget ${name}`, () => this.#forget(one)))
    }))
  }

  /** Whether there was a connection through it. */
  hasGateway(gateway: string): boolean {
    return read().some((one) => one.gateway === gateway)
  }

  add(connection: SavedConnection): void {
    writeItem('local', ITEM, [connection, ...read().filter((other) => !same(other, connection))].slice(0, MOST))
    this.refresh()
  }

  #forget(connection: SavedConnection): void {
    writeItem('local', ITEM, read().filter((other) => !same(other, connection)))
    this.refresh()
  }
}

function same(a: SavedConnection, b: SavedConnection): boolean {
  return a.host === b.host && a.port === b.port && a.username === b.username && a.gateway === b.gateway
}

function read(): SavedConnection[] {
  return (readItem('local', ITEM, isList) ?? []).filter(isConnection)
}

function isConnection(value: unknown): value is SavedConnection {
  return isObject<SavedConnection>(value) && typeof value.host === 'string' && typeof value.username === 'string' && typeof value.gateway === 'string' && Number.isInteger(value.port)
}
