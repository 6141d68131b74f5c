import { describe, expect, test, vi } from 'vitest'
import { Answers } from '../../../src/bindings/answers.ts'
import { Step } from '../../../src/core/lane.ts'
import { HOST_FAILED, HOST_PENDING } from '../../../src/ffi/host.gen.ts'

type Asked = () => Uint8Array | Promise<Uint8Array>

/** Answers, and an attempt in which C asks once. */
function asking(asked: Asked | undefined) {
  const woken = vi.fn()
  const step = new Step(undefined, ['userauth'])
  const answers = new Answers(() => step, woken)
  const attempt = () => {
    let given: Uint8Array | number = 0
    answers.during(step, asked, () => {
      given = answers.ask((how: Asked) => how())
      if (given === HOST_FAILED) throw new Error('C gives up')
      return 0
    })
    return given
  }
  return { attempt, woken }
}

const settled = () => new Promise<void>((resolve) => { setImmediate(resolve) })

describe('Answers', () => {
  test.each([['at once', () => Uint8Array.of(1)], ['later', async () => Uint8Array.of(1)]])('who answers %s is waited for', async (_, asked) => {
    const { attempt, woken } = asking(asked)
    expect(attempt()).toBe(HOST_PENDING)
    await settled()
    expect(woken).toHaveBeenCalledOnce()
    expect(attempt()).toEqual(Uint8Array.of(1))
  })

  test('nobody is asked twice for one answer', async () => {
    const asked = vi.fn(async () => Uint8Array.of(1))
    const { attempt } = asking(asked)
    attempt()
    attempt()
    await settled()
    attempt()
    expect(asked).toHaveBeenCalledOnce()
  })

  test('nobody is asked while C is running', () => {
    const asked = vi.fn(() => Uint8Array.of(1))
    asking(asked).attempt()
    expect(asked).not.toHaveBeenCalled()
  })

  test.each([['throws', () => { throw new Error('no') }], ['rejects', () => Promise.reject(new Error('no'))]])('whoever %s has the error thrown as it is', async (_, asked) => {
    const { attempt } = asking(asked)
    attempt()
    await settled()
    expect(attempt).toThrow(new Error('no'))
  })

  test('the function that one call was given does not answer another call', async () => {
    let running: Step | undefined
    const answers = new Answers(() => running, () => {})
    const [first, second] = [new Step(undefined, ['userauth']), new Step(undefined, ['userauth'])]
    const attempt = (step: Step, byte: number) => {
      running = step
      let given: unknown
      answers.during(step, () => Uint8Array.of(byte), () => { given = answers.ask((how: Asked) => how()) })
      return given
    }
    expect([attempt(first, 1), attempt(second, 2)]).toEqual([HOST_PENDING, HOST_PENDING])
    await settled()
    expect([attempt(second, 2), attempt(first, 1)]).toEqual([Uint8Array.of(2), Uint8Array.of(1)])
  })

  test('a question that nobody is there for fails', () => {
    expect(asking(undefined).attempt).toThrow('C gives up')
  })
})
