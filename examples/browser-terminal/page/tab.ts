import { receiveShell } from 'libssh2-wasm/xterm'
import type { Failure, Login, PageApi, Target } from '../messages.ts'
import { describe, RemoteError } from '../rpc.ts'
import { ConnectionForm, retryBanner } from './connection-form.ts'
import { h } from './dom.ts'
import { type Explanation, explain } from './explain.ts'
import { FilesPanel } from './files-panel.ts'
import { address, confirmNewHost, warnChangedKey } from './host-key-dialogs.ts'
import { KeyPicker } from './key-picker.ts'
import { answerPrompts, askPassphrase, askPassword, visible } from './prompt-dialogs.ts'
import { type Session, startSession } from './session.ts'
import { TerminalView } from './terminal-view.ts'

export interface TabEvents {
  /** The tab wants to be seen: it asks something. */
  show(): void
  titled(title: string): void
  /** Whether there is a connection whose files can be shown. */
  connected(yes: boolean): void
  leaveTerminal(): void
}

/** One tab: a form, then a terminal with its files; a session in a worker. */
export class Tab {
  readonly #events: TabEvents
  readonly element = h('section', { class: 'tab-panel', role: 'tabpanel' })
  readonly files: FilesPanel
  connected = false
  readonly #session: Session
  readonly #form: ConnectionForm
  readonly #view: TerminalView
  readonly #work: HTMLElement
  readonly #banner = h('div', { class: 'banner-place' })
  #target: Target
  #key = ''

  constructor(start: Partial<Target>, events: TabEvents) {
    this.#events = events
    const shown = <T>(ask: () => Promise<T>) => {
      events.show()
      return ask()
    }
    const page: PageApi = {
      confirmHostKey: (key) => shown(() => confirmNewHost(key)),
      askPassword: (again) => shown(() => askPassword(this.#who, again)),
      askPassphrase: (file, again) => shown(() => askPassphrase(file, again)),
      answerPrompts: (round) => shown(() => answerPrompts(this.#who, round)),
      banner: async (text) => this.#view.terminal.write(visible(text).replaceAll('\n', '\r\n')),
      progress: async (id, transferred, total) => this.files.transfers.progress(id, transferred, total),
    }
    this.#session = startSession(page)
    this.#view = new TerminalView(() => events.leaveTerminal())
    this.#view.terminal.onTitleChange((title) => events.titled(visible(title) || this.#who))
    const keys = new KeyPicker(this.#session, (error) => this.#form.fail(this.#explain(error)))
    this.#form = new ConnectionForm(start, keys, (target, login) => { void this.#connect(target, login) })
    this.#target = this.#form.target
    this.files = new FilesPanel(this.#session, (error) => {
      const { title, advice } = this.#explain(error)
      return `${title}. ${advice}`
    }, () => this.toggleFiles())
    this.#work = h('div', { class: 'work', hidden: true }, h('div', { class: 'terminal-side' }, this.#view.element, this.#banner), this.files.element)
    this.element.append(h('div', { class: 'form-place' }, this.#form.element), this.#work)
  }

  get #who(): string {
    return `${this.#target.username}@${address(this.#target.host, this.#target.port)}`
  }

  #explain(error: unknown): Explanation {
    const failure = describe(error)
    return failure.code === 'CANCELLED' ? { title: 'Cancelled', advice: 'Nothing was changed.' } : explain(failure, this.#target)
  }

  async #connect(target: Target, login: Login, again = false): Promise<void> {
    this.#target = target
    this.#key = login.key
    this.#form.busy('Connecting…')
    this.#banner.replaceChildren(...again ? [h('div', { class: 'banner', role: 'status' }, 'Connecting…')] : [])
    try {
      const { server, kex, cipher } = await this.#session.connect(target, login)
      this.#showTerminal(again ? `\r\n── connected again ──\r\n` : '')
      this.#view.element.title = `${server}, ${kex}, ${cipher}`
      await this.#runShell()
    } catch (error) {
      await this.#failed(describe(error), again || this.connected)
    }
  }

  async #runShell(): Promise<void> {
    const { port1, port2 } = new MessageChannel()
    const { cols, rows } = this.#view.terminal
    await this.#session.shell(cols, rows, port2)
    this.#setConnected(true)
    void this.files.refresh()
    const ended = this.#session.ended()
    const exit = await this.#view.shell.attach(this.#view.keyBar.modify(receiveShell(port1))).catch(async () => { throw new RemoteError(await ended) })
    await this.#session.close()
    this.#setConnected(false)
    const how = exit?.signal ? `signal ${exit.signal}` : typeof exit?.code === 'number' ? `exit code ${exit.code}` : 'no exit code'
    this.#offer({ title: 'The shell has ended', advice: `${this.#who}, ${how}.` }, 'Connect again')
  }

  #showTerminal(greeting: string): void {
    this.#form.forget()
    this.#form.busy(null)
    this.#banner.replaceChildren()
    this.#form.element.hidden = true
    this.#work.hidden = false
    this.#events.titled(this.#who)
    this.#view.open()
    this.#view.terminal.write(greeting)
  }

  async #failed(failure: Failure, inTerminal: boolean): Promise<void> {
    this.#setConnected(false)
    this.#form.busy(null)
    const explanation = this.#explain(failure)
    if (failure.code === 'ERR_HOST_KEY_CHANGED') {
      this.#events.show()
      const { host, port } = this.#target
      if (await warnChangedKey(host, port, failure)) {
        await this.#session.removeHostKeys(host, port)
        explanation.advice = 'The old key was removed. Connect again, and the new one is shown to you.'
      }
    }
    if (inTerminal) this.#offer(explanation, 'Reconnect')
    else this.#form.fail(explanation)
  }

  #offer(explanation: Explanation, label: string): void {
    const again = () => { void this.#connect(this.#target, { password: '', key: this.#key }, true) }
    this.#banner.replaceChildren(retryBanner(explanation, label, again, () => this.#showForm()))
    this.#banner.querySelector<HTMLButtonElement>('.primary')?.focus()
  }

  #showForm(): void {
    this.#work.hidden = true
    this.#form.element.hidden = false
    this.#view.terminal.reset()
    this.focus()
  }

  #setConnected(connected: boolean): void {
    this.connected = connected
    this.#events.connected(connected)
  }

  toggleFiles(): void {
    if (!this.files.toggle()) this.#view.terminal.focus()
  }

  focus(): void {
    if (!this.#work.hidden) this.#view.open()
    else this.#form.focus()
  }

  /** Ends the session, its worker and the terminal. */
  close(): void {
    void this.#session.close().finally(() => this.#session.end())
    this.#view.dispose()
    this.element.remove()
  }
}
