export const unbound: Readonly<Record<string, string>>
