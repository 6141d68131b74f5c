/** Ends the whole command, after its reason was told: as in scp(1), whatever was not copied yet stays where it is. */
export class Stopped extends Error {
  /** The exit code. */
  readonly code: number

  constructor(code = 1) {
    super()
    this.code = code
  }
}
