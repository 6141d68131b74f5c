/// Checks of the callers' arguments, made where they enter. Every message names the argument.

export function text(value: string, name: string): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a string`)
  return value
}

/** Text that UTF-8 can hold. UTF-8 has no encoding for half of a surrogate pair, and U+FFFD in its place would make another name. */
export function wellFormed(value: string, name: string): string {
  if (!isWellFormed(text(value, name))) throw new TypeError(`${name} must be well-formed text: it has half of a surrogate pair, which is not a character`)
  return value
}

/** ES2024 has a method for it, which is much faster; every path of a transfer is checked. */
function isWellFormed(value: string & { isWellFormed?(): boolean }): boolean {
  return value.isWellFormed ? value.isWellFormed() : !/\p{Surrogate}/u.test(value)
}

/** `value`, if it is a whole number within the bounds. @throws TypeError for anything but a number, RangeError for other numbers. */
export function wholeNumber(value: number, name: string, min = 0, max = 0xffffffff): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`)
  if (!Number.isInteger(value) || value < min || value > max) throw new RangeError(`${name} must be a whole number from ${min} to ${max}`)
  return value
}

/** Whether one line looks like a path or a file: URL, where the content of the file is needed. */
export function isPath(line: string): boolean {
  return /^(~|\.{1,2})?[\\/][^\r\n]*$|^[A-Za-z]:[\\/][^\r\n]*$|^file:[^\r\n]*$/.test(line)
}

/** A TCP port, 0 included. */
export function port(value: number, name: string): number {
  return wholeNumber(value, name, 0, 65535)
}

/** An object whose properties are read. */
export function record<T extends object>(value: T, name: string): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) throw new TypeError(`${name} must be an object`)
  return value
}

/** A function that is called later. */
export function callable<F extends (...operands: never[]) => unknown>(value: F, name: string): F {
  if (typeof value !== 'function') throw new TypeError(`${name} must be a function`)
  return value
}

/** Functions that may be left out, by their names. */
export function callables(given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) if (value !== undefined) callable(value as () => void, name)
}

/** An object that is recognized by its methods. @param kind `a Client`, `a MessagePort` */
export function able<T>(value: T, name: string, kind: string, ...methods: readonly string[]): T {
  for (const method of methods) if (typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[method] !== 'function') throw new TypeError(`${name} must be ${kind}`)
  return value
}
