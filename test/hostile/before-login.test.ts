import { describe } from 'vitest'
import { tryEach } from './product.ts'
import { states } from './states.ts'

const loggedIn = states.findIndex(({ name }) => name === 'logged in')

describe('before the client is logged in, a server says one thing wrong', () => tryEach('before-login', states.slice(0, loggedIn)))
