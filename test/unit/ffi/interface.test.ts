import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { moduleSignatures, signatureFaults } from '../../../scripts/build/wasm-signatures.mjs'
import { generatedFiles } from '../../../scripts/generate/interface.mjs'
import { parseInterface, readInterface } from '../../../scripts/generate/interface-file.mjs'

const SMALL = `
/* A heading, which is about nothing. */

/* A thing. */
typedef struct thing *ThingPointer;
typedef struct of_libssh2 of_libssh2;

struct layout_of_libssh2 {
    unsigned char kind;
    int64_t size;
    char *name;
};

/* There will be no answer. */
#define HOST_FAILED (-2)
enum { HOST_ONE, HOST_TWO };

/* Fills
   a buffer. */
int host_fill_up(uintptr_t session, void *buffer, size_t length);

struct thing *thing_new(const char *name,
    unsigned int name_length, int64_t when, double share);
void thing_free(const struct thing *thing);
void free(void *pointer);
libssh2_uint64_t size_of(const void *content);
void nothing(void);
`

/** The text of one generated file. */
function generated(path: string, text = SMALL): string {
  return new Map(generatedFiles(parseInterface(text))).get(path) ?? ''
}

describe('wasm/interface.h becomes', () => {
  test('typed exports, with a type of its own for each pointer that a typedef names', () => {
    const text = generated('src/ffi/exports.gen.ts')
    expect(text).toContain("/** A thing. */\nexport type ThingPointer = Pointer<'struct thing'>\n")
    expect(text).toContain('  thing_new(name: Bytes, nameLength: number, when: bigint, share: number): ThingPointer\n')
    expect(text).toContain('  thing_free(thing: ThingPointer): void\n')
    expect(text).toContain('  free(pointer: Pointer): void\n')
    expect(text).toContain('  size_of(content: Bytes): bigint\n  nothing(): void\n')
    expect(text).not.toContain('heading')
    expect(text).not.toContain('host_')
  })

  test('types of the host functions and their numbers, with the comments of C', () => {
    const text = generated('src/ffi/host.gen.ts')
    expect(text).toContain('  /** Fills a buffer. */\n  fillUp(session: number, buffer: Bytes, length: number): number\n')
    expect(text).toContain('/** There will be no answer. */\nexport const HOST_FAILED = -2\nexport const HOST_ONE = 0\nexport const HOST_TWO = 1\n')
    expect(text).not.toContain('thing')
  })

  test('the imports of the linker', () => {
    expect(generated('wasm/library.gen.js')).toContain("  host_fill_up: (session, buffer, length) => Module['host'].fillUp(session, buffer, length),\n")
  })

  test('offsets for TypeScript, and what holds the compiler to them', () => {
    expect(generated('src/ffi/layouts.gen.ts')).toContain('export const OF_LIBSSH2 = {\n  sizeof: 24,\n  kind: 0,\n  size: 8,\n  name: 16,\n} as const\n')
    expect(generated('wasm/interface.gen.c')).toContain('SIZE(of_libssh2, 24);\nFIELD(of_libssh2, kind, 0, 1);\nFIELD(of_libssh2, size, 8, 8);\nFIELD(of_libssh2, name, 16, 4);\n')
    expect(generated('wasm/interface.gen.c', 'struct own { int one, two; };')).toContain('SIZE(struct own, 8);\nFIELD(struct own, one, 0, 4);\nFIELD(struct own, two, 4, 4);\n')
  })

  test('the files that are committed', () => {
    for (const [path, text] of generatedFiles(readInterface())) expect(readFileSync(path, 'utf8'), path).toBe(text)
  })
})

test('a star that follows its type without a space is the same pointer', () => {
  const text = 'typedef THING *ThingPointer;\n'
  expect(parseInterface(`${text}THING* f(THING* a, const char* b, const char*** c);`).exports).toEqual(parseInterface(`${text}THING *f(THING *a, const char *b, const char ***c);`).exports)
  expect(generatedFiles(parseInterface(`${text}THING* f(THING* a);`))[0]![1]).toContain('  f(a: ThingPointer): ThingPointer')
})

describe('what is not understood is told with its line:', () => {
  test.each([
    ['a type that is not known', '\n\nint f(wchar_t x);', /:3: "wchar_t" is not a type of the interface/],
    ['an enum of libssh2', 'libssh2_crypto_engine_t f(void);', /:1: "libssh2_crypto_engine_t" is not a type .*; write an enum as unsigned int/],
    ['a prototype with what libssh2 has before it', 'LIBSSH2_API int f(int a);', /:1: write the prototype without LIBSSH2_API/],
    ['a declaration without a semicolon', 'int f(int a)\nint g(int a);', /:1: "int f\(int a\) int g\(int a\)" lacks a semicolon/],
    ['a pointer to a function', 'int f(void (*called)(int a));', /:1: a pointer to a function cannot be passed: write a glue_ function/],
    ['a pointer without a name', 'int f(LIBSSH2_SESSION *);', /:1: "LIBSSH2_SESSION \*" is not a type and a name: each parameter/],
    ['a parameter without a name', 'int f(int);', /:1: "int" is not a type and a name/],
    ['no list of parameters', 'int a;\nint f();', /:1: "int a" is not a declaration/],
    ['an empty list of parameters', '/* f. */\nint f();', /:2: "" is not a type and a name/],
    ['a comment inside a declaration', 'int g(int a);\nint f(int a /* b */);', /:2: not understood/],
    ['a definition', 'int f(int a) { return a; }', /:1: not understood/],
    ['an array in a structure', 'struct s { int a[3]; };', /:1: "int a\[3\]" is not a type and a name/],
    ['a pointer behind a comma', 'struct s { char *a, *b; };', /:1: "\*b" is not the name of a field/],
    ['two declarations of one function', 'int f(int a);\nint f(long a);', /f is there twice/],
  ])('%s', (_, text, message) => {
    expect(() => parseInterface(text)).toThrow(message)
  })
})

/** `(import "env" "host_a" (func (param i32) (result i32)))` and `(func (export "b") (param i64 f64))`. */
const MODULE = Uint8Array.from([
  0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, 11, 2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 2, 0x7e, 0x7c, 0,
  2, 14, 1, 3, 0x65, 0x6e, 0x76, 6, 0x68, 0x6f, 0x73, 0x74, 0x5f, 0x61, 0, 0,
  3, 2, 1, 1,
  7, 5, 1, 1, 0x62, 0, 1,
  10, 4, 1, 2, 0, 0x0b,
])

describe('the module is compared with the interface:', () => {
  const faults = (text: string) => signatureFaults(parseInterface(text), MODULE)

  test('this one is a module, and what is read of it is what it is', () => {
    expect(WebAssembly.validate(MODULE)).toBe(true)
    expect(moduleSignatures(MODULE)).toEqual({ imports: new Map([['host_a', '(i32) -> i32']]), exports: new Map([['b', '(i64, f64) -> nothing']]) })
  })

  test.each([
    ['the same', 'int host_a(int x); void b(int64_t x, double y);', []],
    ['one operand less', 'int host_a(int x); void b(int64_t x);', ['b is (i64, f64) -> nothing in the module, and (i64) -> nothing in the interface']],
    ['one operand more', 'int host_a(int x, int y); void b(int64_t x, double y);', ['host_a is (i32) -> i32 in the module, and (i32, i32) -> i32 in the interface']],
    ['another type', 'int host_a(int x); void b(size_t x, double y);', ['b is (i64, f64) -> nothing in the module, and (i32, f64) -> nothing in the interface']],
    ['another result', 'void host_a(int x); void b(int64_t x, double y);', ['host_a is (i32) -> i32 in the module, and (i32) -> nothing in the interface']],
    ['what the module lacks', 'int host_a(int x); int host_c(void); void b(int64_t x, double y); int d(void);', ['host_c is no import of the module', 'd is no export of the module']],
    ['what the interface lacks', 'void d(void);', ['host_a is an import of the module that the interface does not have', 'd is no export of the module', 'b is an export of the module that the interface does not have']],
  ])('%s', (_, text, expected) => {
    expect(faults(text)).toEqual(expected)
  })

  test('with exports of Emscripten beside its own where that is allowed', () => {
    expect(signatureFaults(parseInterface('int host_a(int x);'), MODULE, { complete: false })).toEqual([])
  })

  test('no module, and a module that is cut off, are refused', () => {
    expect(() => moduleSignatures(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toThrow('this is no WebAssembly module')
    expect(() => moduleSignatures(MODULE.subarray(0, 30))).toThrow('the module ends too early')
  })

  test('libssh2.wasm is what wasm/interface.h says', () => {
    expect(signatureFaults(readInterface(), readFileSync('src/ffi/libssh2.wasm'))).toEqual([])
  })
})
