/** Inputs as test/native/fuzz-replay.c reads them: each behind its length. */
export function framed(inputs: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(inputs.flatMap((input) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(input.length)
    return [length, input]
  }))
}
