import { expect, test } from 'vitest'
import { Failure, failureOf } from '../../../src/cli/failure.ts'
import { KeyError } from '../../../src/errors/ssh-error.ts'

test('a login that needs a terminal is a denied one, as programs that start ssh look for', () => {
  const error = new KeyError("host:22: there is no terminal on which to ask for me@host's password", { code: 'ERR_NO_TERMINAL' })
  const failure = failureOf(error, { user: 'me', hostName: 'host', port: 22 })
  expect(failure).toBeInstanceOf(Failure)
  expect(failure).toMatchObject({ message: `Permission denied: ${error.message}`, cause: error })
})
