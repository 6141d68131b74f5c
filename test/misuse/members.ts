/** What can be done with an object from outside. */
export interface Member {
  readonly name: string
  readonly of: string
  /** How many arguments it names before the first one with a default. */
  readonly length: number
  readonly use: (self: object, args: readonly unknown[]) => unknown
}

/** Where reflection ends: what the language itself gives. */
const LANGUAGE = new Set<object>([Object.prototype, Function.prototype, Array.prototype, Uint8Array.prototype, Promise.prototype, ReadableStream.prototype, WritableStream.prototype, Error.prototype, Map.prototype, EventTarget.prototype])

/** Every public method, getter and setter of `self`, those of its prototypes too. A new method is found by itself. */
export function membersOf(self: object, of: string): Member[] {
  const found = new Map<string, Member>()
  for (let at: object | null = self; at !== null && !LANGUAGE.has(at); at = Object.getPrototypeOf(at) as object | null) {
    for (const key of Reflect.ownKeys(at)) {
      if (key === 'constructor' || internal(key)) continue
      for (const member of membersUnder(at, key, of)) if (!found.has(member.name)) found.set(member.name, member)
    }
  }
  return [...found.values()]
}

/** Keys that no caller has: symbols of the library's own. */
function internal(key: string | symbol): boolean {
  return typeof key === 'symbol' && !key.description?.startsWith('Symbol.')
}

function membersUnder(at: object, key: string | symbol, of: string): Member[] {
  const property = Reflect.getOwnPropertyDescriptor(at, key)
  const name = typeof key === 'symbol' ? `[${key.description}]` : key
  if (typeof property?.value === 'function') {
    const call = property.value as (...args: unknown[]) => unknown
    return [{ name, of, length: call.length, use: (self, args) => Reflect.apply(call, self, args) }]
  }
  const accessors: Member[] = []
  if (property?.get) accessors.push({ name: `get ${name}`, of, length: 0, use: (self) => Reflect.get(at, key, self) as unknown })
  if (property?.set) accessors.push({ name: `set ${name}`, of, length: 1, use: (self, [value]) => Reflect.set(at, key, value, self) })
  return accessors
}

/** Classes that callers make. Other constructors are not in the declarations; those of errors convert what they are given, as `Error` does. */
const MADE_BY_CALLERS = new Set(['AgentClient', 'KnownHostsFile', 'SftpStat', 'ShellAddon'])

/** The functions of a module, and the static ones of its classes; classes themselves are called too, without and with `new`. */
export function functionsOf(module: object, of: string): Member[] {
  const members: Member[] = []
  for (const [name, exported] of Object.entries(module)) {
    if (typeof exported !== 'function') continue
    const call = exported as (...args: unknown[]) => unknown
    if (/^class\b/.test(Function.prototype.toString.call(call))) {
      if (MADE_BY_CALLERS.has(name)) members.push({ name: `new ${name}`, of, length: call.length, use: (_, args) => Reflect.construct(call, args) as unknown })
      for (const key of Reflect.ownKeys(call)) {
        const property = Reflect.getOwnPropertyDescriptor(call, key)?.value as unknown
        if (typeof property === 'function') members.push({ name: `${name}.${String(key)}`, of, length: (property as () => void).length, use: (_, args) => Reflect.apply(property, call, args) as unknown })
      }
    } else members.push({ name, of, length: call.length, use: (_, args) => call(...args) })
  }
  return members
}
