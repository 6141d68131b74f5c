import type { Locator, Page } from 'playwright-core'
import type { SshTerminal } from '../../packages/terminal/src/index.ts'

/** The page as a person uses it. Waits are for what they would see. */
export class TerminalPage {
  readonly page: Page
  /** What the browser complained of: errors, and what the content security policy has stopped. */
  readonly complaints: string[] = []

  constructor(page: Page) {
    this.page = page
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => this.complaints.push(String(error)))
    page.on('console', (message) => {
      // A WebSocket that cannot be opened is told by the browser too.
      if (message.type() === 'error' && !message.text().startsWith('WebSocket connection to')) this.complaints.push(message.text())
    })
  }

  /** The tab's own element, for what its interface says. */
  get element(): Locator {
    return this.panel.locator('ssh-terminal')
  }

  async goTo(url: string): Promise<void> {
    await this.page.goto(url)
    await this.form.waitFor()
  }

  /** Of the tab that is shown. */
  get panel(): Locator {
    return this.page.locator('.tab-panel:not([hidden])')
  }

  get form(): Locator {
    return this.panel.locator('form.connection')
  }

  get dialog(): Locator {
    return this.page.locator('dialog[open]')
  }

  /** Another page of the same browser, as a person uses it. */
  of(page: Page): TerminalPage {
    return new TerminalPage(page)
  }

  /** A dialog with this heading. */
  titled(title: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name: title }).or(this.page.getByRole('alertdialog', { name: title }))
  }

  async connect(password = ''): Promise<void> {
    await this.form.getByLabel('Password', { exact: true }).fill(password)
    await this.form.getByRole('button', { name: 'Connect', exact: true }).click()
  }

  async acceptHostKey(): Promise<void> {
    await this.titled('Is this the right server?').getByRole('button', { name: 'Accept and remember' }).click()
  }

  async login(password: string): Promise<void> {
    await this.connect(password)
    await this.acceptHostKey()
    await this.shows(/[#$] *$/)
  }

  /** The rows of the terminal, without blanks at their ends. */
  async screen(): Promise<string> {
    return this.panel.locator('ssh-terminal').evaluate((element) => (element as SshTerminal).screenText())
  }

  async shows(pattern: RegExp): Promise<void> {
    await this.page.waitForFunction(({ source, flags }) => {
      const element = document.querySelector('ssh-terminals')?.current ?? document.querySelector('ssh-terminal')
      return new RegExp(source, flags).test(element?.screenText() ?? '')
    }, { source: pattern.source, flags: pattern.flags }).catch(async (error: unknown) => {
      const seen = await this.element.evaluate((element) => {
        const { state, shadowRoot } = element as SshTerminal
        return { state, screen: (element as SshTerminal).screenText(), focus: shadowRoot?.activeElement?.className, banner: shadowRoot?.querySelector('.banner')?.textContent, visible: document.visibilityState }
      })
      throw new Error(`the terminal never showed ${pattern}: ${JSON.stringify(seen)}`, { cause: error })
    })
  }

  async type(text: string): Promise<void> {
    await this.panel.locator('textarea.xterm-helper-textarea').focus()
    await this.page.keyboard.type(text)
  }

  async run(command: string): Promise<void> {
    await this.type(`${command}\n`)
  }

  /** The message that offers to connect again. */
  get banner(): Locator {
    return this.panel.locator('.banner[role=alert]')
  }

  get files(): Locator {
    return this.panel.getByRole('complementary', { name: 'Files on the server' })
  }

  async openFiles(): Promise<void> {
    await this.page.getByRole('button', { name: 'Files', exact: true }).click()
    await this.files.locator('.files[aria-busy=false]').waitFor()
  }
}
