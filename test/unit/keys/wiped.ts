import { vi } from 'vitest'

/** What was in each array that `fill(0)` wiped as a whole while the work ran, in hexadecimal digits, in order. */
export interface Wiped<T> { readonly result: T | undefined, readonly error: unknown, readonly contents: readonly string[] }

/** Runs some work, and watches which arrays it wipes. Its error is given too: most of what fails must wipe as well. */
export async function watchWiping<T>(work: () => Promise<T> | T): Promise<Wiped<T>> {
  const contents: string[] = []
  const prototype = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array
  const { fill } = prototype
  const spy = vi.spyOn(prototype, 'fill').mockImplementation(function (this: Uint8Array, value: number, ...range: (number | undefined)[]) {
    if (value === 0 && range.length === 0) contents.push(hex(new Uint8Array(this.buffer, this.byteOffset, this.byteLength)))
    return Reflect.apply(fill, this, [value, ...range]) as Uint8Array
  })
  try {
    return { result: await work(), error: undefined, contents }
  } catch (error) {
    return { result: undefined, error, contents }
  } finally {
    spy.mockRestore()
  }
}

export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
/** How often exactly these bytes were wiped. */
export const times = ({ contents }: Wiped<unknown>, bytes: Uint8Array) => contents.filter((content) => content === hex(bytes)).length
/** How many of the wiped arrays contain these bytes. */
export const holding = ({ contents }: Wiped<unknown>, bytes: Uint8Array) => contents.filter((content) => content.includes(hex(bytes))).length
