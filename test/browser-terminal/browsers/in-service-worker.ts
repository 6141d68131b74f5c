import { duplicate, HERE, logInFirst, shows, state, type } from './actions.ts'
import { type Driven, until } from './driven.ts'

/**
 * A page whose sessions live through a reload: the same shell goes on with its screen, a second tab shows it, leaving asks, and so does ending.
 * @param url of a page with `service-worker`, with an empty terminal
 * @returns words for the table
 */
export async function inServiceWorker(browser: Driven, url: string, password: string): Promise<string> {
  const { first } = browser
  await first.goto(url)
  await logInFirst(first, password)
  await type(first, 'clear; kept=by-worker; echo "screen $((6 * 7))"\n')
  await shows(first, /^screen 42$/)
  const asks = () => first.run<boolean>('return !dispatchEvent(new Event("beforeunload", { cancelable: true }))')
  if (!await asks()) throw new Error('the page does not ask before it is left')
  for (const round of [1, 2]) {
    await first.reload()
    await shows(first, /^screen 42$/)
    if (await state(first) !== 'open') throw new Error(`after the reload the session is ${await state(first)}`)
    await type(first, `echo "${round} $kept"\n`)
    await shows(first, new RegExp(`^${round} by-worker$`))
  }
  if (!await asks()) throw new Error('after a reload the page no longer asks before it is left')
  const second = await duplicate(browser, first, url)
  await shows(second, /^screen 42$/)
  await type(second, 'echo "from $((1 + 1))"\n')
  await shows(second, /^from 2$/)
  await shows(first, /^from 2$/)
  await second.close()
  const services = await first.run<string[]>('return (await navigator.serviceWorker.getRegistrations()).map(({ scope }) => new URL(scope).pathname)')
  const controlled = await first.run<boolean>('return navigator.serviceWorker.controller !== null')
  if (controlled) throw new Error('a service worker controls the page')
  await first.run(`${HERE} void element.askToClose().then((yes) => yes && element.disconnect())`)
  await until(first, `${HERE} const yes = [...root.querySelectorAll("dialog[open] button")].find((one) => one.textContent === "End it"); yes?.click(); return yes !== undefined`)
  await until(first, `${HERE} return element.state === "idle"`)
  return `finds the shell again${services.length > 0 ? ', in a service worker' : ', in its SharedWorker'}`
}
