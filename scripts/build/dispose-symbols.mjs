// WebKit has no Symbol.dispose yet. This is what esbuild and Babel put in its place, so what they make of `using` finds our methods.
export const symbolDispose = Symbol.dispose ?? /* @__PURE__ */ Symbol.for('Symbol.dispose')
export const symbolAsyncDispose = Symbol.asyncDispose ?? /* @__PURE__ */ Symbol.for('Symbol.asyncDispose')
