/// Checks of the callers' arguments, made where they enter. Every message names the argument.

export function text(value: string, name: string): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`)
  return value
}

/** Text that UTF-8 can hold. UTF-8 has no encoding for half of a surrogate pair, and U+FFFD in its place would make another name. */
export function wellFormed(value: string, name: string): string {
  if (/\p{Surrogate}/u.test(text(value, name))) throw new TypeError(`${name} must be well-formed text: it has half of a surrogate pair, which is no character`)
  return value
}

/** An object whose properties are read. */
export function record<T extends object>(value: T, name: string): T {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${name} must be an object`)
  return value
}

/** A function that is called later. */
export function callable<F extends (...operands: never[]) => unknown>(value: F, name: string): F {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function`)
  return value
}

/** An object that is recognized by its methods. @param kind `a Client`, `a MessagePort` */
export function able<T>(value: T, name: string, kind: string, ...methods: readonly string[]): T {
  for (const method of methods) if (typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[method] !== 'function') throw new TypeError(`${name} must be ${kind}`)
  return value
}
