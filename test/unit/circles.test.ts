import { expect, test } from 'vitest'
import { circles } from '../../scripts/check/circles.mjs'

const graph = (files: Record<string, string[]>) => new Map(Object.entries(files))

test('a tree has no circle, however often a file is imported', () => {
  expect(circles(graph({ a: ['b', 'c'], b: ['c', 'd'], c: ['d'], d: [] }))).toEqual([])
})

test('one circle is told for all the files that lead to each other, by its shortest way', () => {
  expect(circles(graph({ a: ['b'], b: ['c'], c: ['d', 'b'], d: ['b'] }))).toEqual([['b', 'c', 'b']])
  expect(circles(graph({ a: ['b'], b: ['a'], c: ['d'], d: ['c'] }))).toEqual([['a', 'b', 'a'], ['c', 'd', 'c']])
})

test('a file that imports itself is one', () => {
  expect(circles(graph({ a: ['a'] }))).toEqual([['a', 'a']])
})
