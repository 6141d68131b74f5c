// WebKit has no Symbol.dispose yet. esbuild and Babel use this symbol instead, so their code for `using` finds our methods.
export const symbolDispose = Symbol.dispose ?? /* @__PURE__ */ Symbol.for('Symbol.dispose')
export const symbolAsyncDispose = Symbol.asyncDispose ?? /* @__PURE__ */ Symbol.for('Symbol.asyncDispose')
