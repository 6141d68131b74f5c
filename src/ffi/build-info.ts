/** A library that was compiled in. */
export interface BuildSource {
  /** Upstream's version, or `given` where the tree came from outside. */
  readonly version: string
  /** SHA-256 (hex) of the tarball, or of the given tree's C files. */
  readonly sha256: string
  /** Our patches in the order in which they were applied. */
  readonly patches: readonly { readonly name: string, readonly sha256: string }[]
}

/** What went into `libssh2.wasm`; the same as `libssh2-wasm/build-info.json`. */
export interface BuildInfo {
  readonly variant: 'release' | 'debug' | 'sanitize'
  /** Size in bytes and SHA-256 (hex) of `libssh2.wasm`. */
  readonly wasm: { readonly bytes: number, readonly sha256: string }
  readonly compiler: string
  readonly flags: Readonly<Record<'common' | 'hot' | 'cold' | 'link', readonly string[]>>
  readonly sources: Readonly<Record<string, BuildSource>>
  /** Versions of what the compiler links in by itself: musl (the C library), dlmalloc and compiler-rt. */
  readonly runtime: Readonly<Record<'compiler-rt' | 'dlmalloc' | 'musl', string>>
}

/** What went into `libssh2.wasm`: sources, patches, compiler, flags, and its SHA-256. Loads with the first call. */
export async function buildInfo(): Promise<BuildInfo> {
  return (await import('./build-info.gen.js')).buildInfo
}
