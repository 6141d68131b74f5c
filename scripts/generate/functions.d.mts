export interface DocumentedMember {
  readonly owner: string
  readonly member: string
  readonly functions: readonly string[]
  readonly isStatic: boolean
}
export function declared(): { functions: string[], macros: Map<string, string> }
export function documented(): DocumentedMember[]
export function rows(): [name: string, text: string][]
export function page(): string
