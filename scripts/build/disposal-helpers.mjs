// What `using` becomes in the package, in place of tslib's helpers, which throw where an engine has no Symbol.dispose (WebKit).
// Nothing global is changed: there, the symbols are those of the registry, which is where esbuild's helpers look for them too.
export const dispose = Symbol.dispose ?? /* @__PURE__ */ Symbol.for('Symbol.dispose')
export const asyncDispose = Symbol.asyncDispose ?? /* @__PURE__ */ Symbol.for('Symbol.asyncDispose')

/** TypeScript writes the calls; `scope` is its record of one block: { stack, error, hasError }. */
export function __addDisposableResource(scope, value, isAsync) {
  if (value === null || value === undefined) {
    if (isAsync) scope.stack.push({ isAsync })
    return value
  }
  const method = (isAsync ? value[asyncDispose] : undefined) ?? value[dispose]
  if (typeof method !== 'function') throw new TypeError('the value of `using` cannot be disposed of')
  scope.stack.push({ isAsync, run: () => method.call(value) })
  return value
}

/** The last one first; a promise where one of them takes time. Throws the block's error, or what came of disposing. */
export function __disposeResources(scope) {
  const note = (error) => {
    scope.error = scope.hasError ? suppressed(error, scope.error) : error
    scope.hasError = true
  }
  const rest = () => {
    while (scope.stack.length > 0) {
      const { isAsync, run } = scope.stack.pop()
      try {
        const result = run?.()
        if (isAsync) return Promise.resolve(result).catch(note).then(rest)
      } catch (error) {
        note(error)
      }
    }
    if (scope.hasError) throw scope.error
  }
  return rest()
}

function suppressed(error, earlier) {
  const message = 'an error was suppressed during disposal'
  if (typeof SuppressedError === 'function') return new SuppressedError(error, earlier, message)
  return Object.assign(new Error(message), { name: 'SuppressedError', error, suppressed: earlier })
}
