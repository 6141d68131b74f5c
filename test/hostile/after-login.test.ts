import { describe } from 'vitest'
import { tryEach } from './product.ts'
import { states } from './states.ts'

const loggedIn = states.findIndex(({ name }) => name === 'logged in')

describe('after the client has logged in, a server says one thing wrong', () => tryEach('after-login', states.slice(loggedIn)))
