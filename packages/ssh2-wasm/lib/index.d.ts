// The types of `libssh2-wasm/ssh2`, which fit those of `@types/ssh2`. There is no default here on purpose: TypeScript takes the whole module for it,
// as it does with `@types/ssh2`, so that `import ssh2 from …` also gives types (`ssh2.Client`).
export * from 'libssh2-wasm/ssh2'
