import type { Login, Target } from '../messages.ts'
import { button, field, h } from './dom.ts'
import type { Explanation } from './explain.ts'
import type { KeyPicker } from './key-picker.ts'

/** Where to connect and how to log in. */
export class ConnectionForm {
  readonly #keys: KeyPicker
  readonly element: HTMLElement
  readonly #message = h('div', { class: 'message', role: 'alert' })
  readonly #host = h('input', { required: true, autocomplete: 'off', autocapitalize: 'none', spellcheck: false, placeholder: 'example.org' })
  readonly #port = h('input', { type: 'number', min: '1', max: '65535', required: true, inputMode: 'numeric' })
  readonly #username = h('input', { required: true, autocomplete: 'username', autocapitalize: 'none', spellcheck: false })
  readonly #password = h('input', { type: 'password', autocomplete: 'current-password' })
  readonly #gateway = h('input', { type: 'url', required: true, pattern: 'wss?://.+', placeholder: 'wss://gateway.example', autocapitalize: 'none', spellcheck: false })
  readonly #token = h('input', { type: 'password', autocomplete: 'off' })
  readonly #gatewayPart: HTMLDetailsElement
  readonly #submit = h('button', { type: 'submit', class: 'primary' }, 'Connect')

  constructor(start: Partial<Target>, keys: KeyPicker, connect: (target: Target, login: Login) => void) {
    this.#keys = keys
    this.#host.value = start.host ?? ''
    this.#port.value = String(start.port ?? 22)
    this.#username.value = start.username ?? ''
    this.#gateway.value = start.gateway ?? ''
    this.#token.value = start.token ?? ''
    this.#gatewayPart = h('details', { open: !start.gateway }, h('summary', {}, 'Gateway'),
      h('p', { class: 'hint' }, 'Browsers cannot open TCP connections. A gateway carries the encrypted bytes; it sees neither passwords nor what you type.'),
      field('Address', this.#gateway), field('Token', this.#token))
    // A field that is not shown cannot say what is wrong with it.
    this.#gateway.oninvalid = this.#token.oninvalid = () => { this.#gatewayPart.open = true }
    this.element = h('form', {
      class: 'card connection',
      onsubmit: (event) => {
        event.preventDefault()
        connect(this.target, { password: this.#password.value, key: this.#keys.chosen })
      },
    },
    h('h1', {}, 'Connect to a server'), this.#message,
    h('div', { class: 'row' }, field('Host', this.#host), field('Port', this.#port)),
    field('User name', this.#username),
    field('Password', this.#password, 'May stay empty: you are asked once the server’s key has been checked.'),
    keys.element, this.#gatewayPart,
    h('div', { class: 'choices' }, this.#submit))
  }

  get target(): Target {
    return {
      gateway: this.#gateway.value.trim(), token: this.#token.value, host: this.#host.value.trim().replace(/^\[(.*)\]$/, '$1'),
      port: Number(this.#port.value), username: this.#username.value,
    }
  }

  busy(text: string | null): void {
    this.#submit.disabled = text !== null
    this.#submit.textContent = text ?? 'Connect'
    this.element.setAttribute('aria-busy', String(text !== null))
    if (text !== null) this.#message.replaceChildren()
  }

  /** What went wrong; what was typed as password is gone then. */
  fail({ title, advice }: Explanation): void {
    this.busy(null)
    this.forget()
    this.#message.replaceChildren(h('strong', {}, title), h('span', {}, advice))
    this.#message.scrollIntoView({ block: 'nearest' })
  }

  /** The password has done its work. */
  forget(): void {
    this.#password.value = ''
  }

  focus(): void {
    const empty = [this.#host, this.#username, this.#password].find(({ value }) => value === '')
    ;(empty ?? this.#submit).focus()
  }
}

/** For a place that offers to try again. */
export function retryBanner({ title, advice }: Explanation, label: string, retry: () => void, leave: () => void): HTMLElement {
  return h('div', { class: 'banner', role: 'alert' }, h('div', {}, h('strong', {}, title), h('span', {}, advice)),
    h('div', { class: 'choices' }, button('Back to the form', leave), button(label, retry, { class: 'primary' })))
}
