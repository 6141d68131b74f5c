import type { Login, Target } from '../session/messages.ts'
import { field, h } from './dom.ts'
import type { Explanation } from './explain.ts'
import type { KeyPicker } from './key-picker.ts'
import type { SavedConnections } from './saved-connections.ts'

/** The form's initial values; `null` for the gateway: the page has one, and nobody is asked. */
export interface FormStart {
  readonly gateway: string
  readonly fixedGateway: boolean
  readonly token: string
  readonly host: string
  readonly port: number
  readonly username: string
}

/** Where to connect and how to log in. */
export class ConnectionForm {
  readonly #keys: KeyPicker
  readonly element: HTMLFormElement
  readonly #message = h('div', { class: 'message', role: 'alert' })
  readonly #host = h('input', { required: true, autocomplete: 'off', autocapitalize: 'none', spellcheck: false, placeholder: 'example.org' })
  readonly #port = h('input', { type: 'number', min: '1', max: '65535', required: true, inputMode: 'numeric' })
  readonly #username = h('input', { required: true, autocomplete: 'username', autocapitalize: 'none', spellcheck: false })
  readonly #password = h('input', { type: 'password', autocomplete: 'current-password' })
  readonly #gateway = h('input', { type: 'url', required: true, pattern: 'wss?://.+', placeholder: 'wss://gateway.example', autocapitalize: 'none', spellcheck: false })
  readonly #token = h('input', { type: 'password', autocomplete: 'off' })
  readonly #jump = h('input', { autocomplete: 'off', autocapitalize: 'none', spellcheck: false, placeholder: 'user@host:22, …' })
  readonly #more: HTMLDetailsElement
  readonly #gatewayPart: HTMLElement
  readonly #submit = h('button', { type: 'submit', class: 'primary' }, 'Connect')

  constructor(keys: KeyPicker, saved: SavedConnections, connect: (target: Target, login: Login) => void) {
    this.#keys = keys
    this.#gatewayPart = h('div', { class: 'gateway-part' },
      h('p', { class: 'hint' }, 'Browsers cannot open TCP connections. A gateway carries the encrypted bytes; it sees neither passwords nor what you type.'),
      field('Address', this.#gateway), field('Token', this.#token))
    this.#more = h('details', {}, h('summary', {}, 'Gateway and jump hosts'), this.#gatewayPart,
      field('Jump hosts', this.#jump, 'Separate them by commas, the first one first. This page checks the key of each.'))
    // An invisible field cannot show its error.
    this.#gateway.oninvalid = this.#token.oninvalid = this.#jump.oninvalid = () => { this.#more.open = true }
    this.#jump.oninput = () => { this.#jump.setCustomValidity(parseJump(this.#jump.value) ? '' : 'Please write user@host or user@host:port, with commas between.') }
    this.element = h('form', {
      class: 'card connection',
      onsubmit: (event) => {
        event.preventDefault()
        connect(this.target, { password: this.#password.value, key: this.#keys.chosen })
      },
    },
    h('h2', {}, 'Connect to a server'), this.#message, saved.element,
    h('div', { class: 'row' }, field('Host', this.#host), field('Port', this.#port)),
    field('User name', this.#username),
    field('Password', this.#password, 'You can leave this empty: you will be asked after the server’s key has been checked.'),
    keys.element, this.#more,
    h('div', { class: 'choices' }, this.#submit))
  }

  /** Fills in the values of the page or the user; existing ones stay where `start` has none. */
  fill({ gateway, fixedGateway, token, host, port, username }: FormStart): void {
    this.#host.value = host
    this.#port.value = String(port)
    this.#username.value = username
    this.#gateway.value = gateway
    this.#token.value = token
    this.#gatewayPart.hidden = fixedGateway
    this.#more.open = gateway === ''
  }

  get token(): string {
    return this.#token.value
  }

  get target(): Target {
    const jump = parseJump(this.#jump.value) ?? []
    return {
      gateway: this.#gateway.value.trim(), host: this.#host.value.trim().replace(/^\[(.*)\]$/, '$1'),
      port: Number(this.#port.value), username: this.#username.value, ...jump.length > 0 && { jump },
    }
  }

  set jump(text: string) {
    this.#jump.value = text
  }

  busy(text: string | null): void {
    this.#submit.disabled = text !== null
    this.#submit.textContent = text ?? 'Connect'
    this.element.setAttribute('aria-busy', String(text !== null))
    if (text !== null) this.#message.replaceChildren()
  }

  /** Shows an error; the typed password is removed. */
  fail({ title, advice }: Explanation): void {
    this.busy(null)
    this.forget()
    this.#message.replaceChildren(h('strong', {}, title), h('span', {}, advice))
    this.#message.scrollIntoView({ block: 'nearest' })
  }

  /** The password is no longer needed. */
  forget(): void {
    this.#password.value = ''
  }

  focus(): void {
    const empty = [this.#host, this.#username, this.#password].find(({ value }) => value === '')
    ;(empty ?? this.#submit).focus()
  }
}

/** `user@host:port, …`; `null` for invalid text. */
export function parseJump(text: string): { host: string, port: number, username: string }[] | null {
  const hops = text.split(',').map((part) => part.trim()).filter((part) => part !== '').map((part) => {
    const [, username, host, port = '22'] = /^([^@\s]+)@(\[[0-9a-fA-F:.]+\]|[^\s:@]+)(?::(\d{1,5}))?$/.exec(part) ?? []
    if (!username || !host || Number(port) < 1 || Number(port) > 65535) return null
    return { username, host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
  })
  return hops.includes(null) ? null : hops as { host: string, port: number, username: string }[]
}
