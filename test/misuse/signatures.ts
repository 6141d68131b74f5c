import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** A property of options that is worth giving something wrong: all of them, with what stands in those that are objects themselves. */
export interface OptionProperty {
  readonly name: string
  /** What alone it may be, beside `undefined`: an object of options, or a function. */
  readonly kind: 'options' | 'function' | 'other'
  readonly below: readonly OptionProperty[]
}

/** A parameter that takes options. */
export interface OptionsParameter {
  readonly at: number
  readonly name: string
  readonly properties: readonly OptionProperty[]
}

/** A function or method as an entry's declarations have it. */
export interface Signature {
  /** `connect`, `Client.exec`, `new KnownHostsFile`. */
  readonly name: string
  /** The class or interface that has it; `undefined` for a function of the entry. */
  readonly owner: string | undefined
  /** Names of all parameters. */
  readonly parameters: readonly string[]
  readonly options: readonly OptionsParameter[]
  /** What it gives is waited for: a Promise, or something that is iterated over asynchronously. */
  readonly asynchronous: boolean
  /** Some parameter, or a property of its options, is an AbortSignal. */
  readonly abortable: boolean
}

/** How deep options in options are followed. */
const DEEPEST = 3

/** Everything that can be called of the entries with these names, read from the declarations that ship. */
export function signaturesOf(entries: readonly string[]): Signature[] {
  const files = entries.map((entry) => fileURLToPath(new URL(`../../dist/${entry}.d.ts`, import.meta.url)))
  const program = ts.createProgram(files, { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, types: ['node'], noEmit: true, skipLibCheck: true, strict: true })
  const reader = new Reader(program.getTypeChecker())
  const found = new Map<string, Signature>()
  for (const file of files) {
    const source = program.getSourceFile(file)
    if (!source) throw new Error(`${file} is missing: build first`)
    for (const signature of reader.ofModule(source)) if (!found.has(signature.name)) found.set(signature.name, signature)
  }
  return [...found.values()]
}

class Reader {
  readonly #checker: ts.TypeChecker

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker
  }

  ofModule(source: ts.SourceFile): Signature[] {
    const checker = this.#checker
    const module = checker.getSymbolAtLocation(source)
    return module ? checker.getExportsOfModule(module).flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      return this.#ofExport(exported.name, symbol)
    }) : []
  }

  #ofExport(name: string, symbol: ts.Symbol): Signature[] {
    const checker = this.#checker
    const found: Signature[] = []
    if (symbol.flags & ts.SymbolFlags.Value) {
      const type = checker.getTypeOfSymbol(symbol)
      found.push(...this.#signatures(name, undefined, type.getCallSignatures()))
      if (symbol.flags & ts.SymbolFlags.Class) {
        found.push(...this.#signatures(`new ${name}`, undefined, type.getConstructSignatures()))
        for (const one of type.getProperties()) if (one.name !== 'prototype') found.push(...this.#signatures(`${name}.${one.name}`, undefined, checker.getTypeOfSymbol(one).getCallSignatures()))
      }
    }
    if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface)) {
      for (const member of checker.getDeclaredTypeOfSymbol(symbol).getProperties()) {
        if (!ours(member) || isPrivate(member)) continue
        found.push(...this.#signatures(`${name}.${member.name}`, name, checker.getTypeOfSymbol(member).getCallSignatures()))
      }
    }
    return found
  }

  /** Overloads are one: together they have all parameters. */
  #signatures(name: string, owner: string | undefined, overloads: readonly ts.Signature[]): Signature[] {
    const longest = [...overloads].sort((a, b) => b.parameters.length - a.parameters.length)[0]
    if (!longest) return []
    const parameters = longest.parameters.map((parameter) => parameter.name)
    const options = longest.parameters.flatMap((parameter, at) => {
      const type = this.#checker.getTypeOfSymbol(parameter)
      const record = this.#isOptions(parameter, type)
      return record ? [{ at, name: parameter.name, properties: this.#properties(record, 0) }] : []
    })
    const asynchronous = /^(Promise|AsyncIter|AsyncGenerator)/.test(this.#checker.typeToString(longest.getReturnType()))
    const abortable = longest.parameters.some((parameter) => this.#takesSignal(this.#checker.getTypeOfSymbol(parameter)))
    return [{ name, owner, parameters, options, asynchronous, abortable }]
  }

  #takesSignal(type: ts.Type): boolean {
    return parts(type).some((part) => part.symbol?.name === 'AbortSignal' || this.#checker.getPropertiesOfType(part).some((property) => property.name === 'signal' && (part.symbol === undefined || !part.isClass())))
  }

  /** By its name, or that of its type. */
  #isOptions(parameter: ts.Symbol, type: ts.Type): ts.Type | undefined {
    return parts(type).find((part) => {
      const called = `${part.aliasSymbol?.name ?? ''} ${part.symbol?.name ?? ''}`
      const isObject = (part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) !== 0 && part.getCallSignatures().length === 0 && !this.#checker.isArrayType(part)
      return isObject && (/(Options|Limits)\b/.test(called) || /options$/i.test(parameter.name))
    })
  }

  #properties(type: ts.Type, depth: number): OptionProperty[] {
    if (depth >= DEEPEST) return []
    return this.#checker.getPropertiesOfType(type).filter((property) => depth > 0 || ours(property)).map((property) => {
      const given = parts(this.#checker.getTypeOfSymbol(property)).filter((part) => (part.flags & ts.TypeFlags.Undefined) === 0)
      const inner = given.find((part) => this.#isInner(part))
      const kind = inner && given.every((part) => this.#isInner(part)) ? 'options' : given.length > 0 && given.every((part) => part.getCallSignatures().length > 0) ? 'function' : 'other'
      return { name: property.name, kind, below: inner ? this.#properties(inner, depth + 1) : [] }
    })
  }

  /** An object that callers write down, not one of a class, a list or something of the language. */
  #isInner(part: ts.Type): boolean {
    if ((part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0 || part.getCallSignatures().length > 0 || this.#checker.isArrayLikeType(part) || part.isClass()) return false
    const named = part.aliasSymbol ?? part.symbol as ts.Symbol | undefined
    return (named !== undefined && ours(named)) || part.getStringIndexType() !== undefined
  }
}

const parts = (type: ts.Type): readonly ts.Type[] => type.isUnion() ? type.types : [type]

/** Declared by this package, not by the language or the runtime. */
const ours = (symbol: ts.Symbol): boolean => (symbol.declarations ?? []).some((declaration) => !/[\\/]node_modules[\\/]/.test(declaration.getSourceFile().fileName))

const isPrivate = (symbol: ts.Symbol): boolean => (symbol.declarations ?? []).some((declaration) => (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0) || symbol.name.startsWith('__')
