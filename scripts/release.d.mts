/** Why a tree must not go out; empty if it may. */
export function objections (release: {
  readonly version: string
  readonly changelog: string
  /** Of `git status --porcelain`. */
  readonly status: string
  /** Of `git tag --points-at HEAD`. */
  readonly tags: string
  readonly scripts: Readonly<Record<string, string>>
  /** Paths in the tarball. */
  readonly files: readonly string[]
}): string[]
