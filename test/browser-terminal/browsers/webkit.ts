import { startWebKit } from '../../runtimes/runners/webkit.ts'
import type { Driven, Window } from './driven.ts'

const ENTER = '\uE007'

/** WebKitGTK by its own WebDriver, which has one window in front at a time. */
export async function startWebKitDriven(): Promise<Driven> {
  const { version, command, close } = await startWebKit()
  await command('POST', '/timeouts', { script: 120_000, pageLoad: 120_000 })
  const windowOf = (handle: string): Window => {
    const inFront = () => command('POST', '/window', { handle })
    return {
      async goto(url) {
        await inFront()
        await command('POST', '/url', { url })
      },
      toFront: async () => void await inFront(),
      async close() {
        await inFront()
        await command('DELETE', '/window')
      },
      async reload() {
        await inFront()
        await command('POST', '/refresh', {})
      },
      async run<T>(body: string, ...values: readonly unknown[]) {
        await inFront()
        const script = `const done = arguments[arguments.length - 1], args = [...arguments].slice(0, -1);
(async (...args) => { ${body} })(...args).then((value) => done({ value: value === undefined ? null : value }), (error) => done({ error: String(error) + ' ' + JSON.stringify(error?.failure ?? '') }))`
        const { value, error } = await command<{ value: T, error?: string }>('POST', '/execute/async', { script, args: values })
        if (error !== undefined) throw new Error(error)
        return value
      },
      async type(text) {
        await inFront()
        const actions = [...text].flatMap((character) => {
          const value = character === '\n' ? ENTER : character
          return [{ type: 'keyDown', value }, { type: 'keyUp', value }]
        })
        await command('POST', '/actions', { actions: [{ type: 'key', id: 'keyboard', actions }] })
      },
    }
  }
  const first = windowOf(await command<string>('GET', '/window'))
  return {
    name: 'WebKitGTK', version, first,
    async another() {
      // The window of the last command may have been closed.
      await first.toFront()
      return windowOf((await command<{ handle: string }>('POST', '/window/new', { type: 'tab' })).handle)
    },
    [Symbol.asyncDispose]: close,
  }
}
