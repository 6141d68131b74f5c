/// What a person does with the element that is shown.
import { type Driven, until, type Window } from './driven.ts'

/** The element that is shown; in `run`, before the body. */
export const HERE = 'const element = document.querySelector("ssh-terminals")?.current; const root = element?.shadowRoot;'
export const press = (window: Window, label: string | RegExp, within = 'root') => until(window, `${HERE} const pattern = new RegExp(args[0]);
  const found = [...(${within}?.querySelectorAll("button") ?? [])].find((one) => pattern.test(one.getAttribute("aria-label") ?? one.textContent) && !one.disabled && one.checkVisibility());
  if (!found) return false; found.click(); return true`, [typeof label === 'string' ? `^${label}$` : label.source])
export const shows = (window: Window, pattern: RegExp) => until(window, `${HERE} return new RegExp(args[0], "m").test(element?.screenText() ?? "")`, [pattern.source])
export const type = async (window: Window, text: string) => {
  await window.run(`${HERE} element.terminal.focus()`)
  await window.type(text)
}
export const state = (window: Window) => window.run<string>(`${HERE} return element?.state`)

export async function logIn(window: Window, password: string): Promise<void> {
  await until(window, `${HERE} const field = root?.querySelector("input[autocomplete=current-password]"); if (!field) return false; field.focus(); return true`)
  await window.type(`${password}\n`)
}

/** Logs in for the first time: the host key is new. */
export async function logInFirst(window: Window, password: string): Promise<void> {
  await logIn(window, password)
  await until(window, `${HERE} return root?.querySelector("dialog[open] .fingerprint")?.textContent`)
  await press(window, 'Accept and remember')
  await shows(window, /[#$] *$/)
}

/** The duplicate of a tab: with a copy of its session storage. */
export async function duplicate(browser: Driven, window: Window, url: string): Promise<Window> {
  const second = await browser.another()
  await second.goto(url)
  const stored = await window.run<Record<string, string>>('return { ...sessionStorage }')
  await second.run('for (const [name, value] of Object.entries(args[0])) sessionStorage.setItem(name, value)', stored)
  await second.reload()
  return second
}
