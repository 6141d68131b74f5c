import { describe, expect, it } from 'vitest'
import { applyFaults, type Fault } from '../../support/proxy-fault.ts'

const apply = (offset: number, ...faults: Fault[]) => {
  const { bytes, end } = applyFaults(Uint8Array.of(10, 11, 12, 13), offset, faults)
  return [[...bytes], end]
}

describe('applyFaults', () => {
  it('leaves a chunk alone that no fault meets', () => {
    expect(apply(100, { kind: 'corrupt', at: 99 }, { kind: 'corrupt', at: 104 }, { kind: 'reset', at: 105 })).toEqual([[10, 11, 12, 13], undefined])
  })

  it('cuts at the exact byte', () => {
    expect(apply(100, { kind: 'reset', at: 100 })).toEqual([[], 'reset'])
    expect(apply(100, { kind: 'close', at: 102 })).toEqual([[10, 11], 'close'])
    expect(apply(100, { kind: 'silence', at: 104 })).toEqual([[10, 11, 12, 13], 'silence'])
    expect(apply(100, { kind: 'half-close', at: 50 })).toEqual([[], 'half-close'])
  })

  it('lets the first of two ends win', () => {
    expect(apply(100, { kind: 'reset', at: 103 }, { kind: 'close', at: 101 })).toEqual([[10], 'close'])
  })

  it('changes one byte', () => {
    expect(apply(100, { kind: 'corrupt', at: 101, mask: 1 })).toEqual([[10, 10, 12, 13], undefined])
    expect(apply(100, { kind: 'corrupt', at: 103 })).toEqual([[10, 11, 12, 13 ^ 0xff], undefined])
  })

  it('drops bytes, across chunks too', () => {
    expect(apply(100, { kind: 'drop', at: 101, length: 2 })).toEqual([[10, 13], undefined])
    expect(apply(100, { kind: 'drop', at: 98, length: 3 })).toEqual([[11, 12, 13], undefined])
  })
})
