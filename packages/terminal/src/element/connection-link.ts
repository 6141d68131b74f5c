/** Where a link leads. Links carry no secrets: a password in one is not read. */
export interface ConnectionLink {
  readonly gateway: string
  readonly host: string
  readonly port: string
  readonly user: string
}

/** `#ssh://user@host:22`, or `#host=…&port=…&user=…&gateway=…`; with or without `#`. `null` if it names no host. */
export function parseLink(text: string): ConnectionLink | null {
  const given = text.replace(/^#/, '')
  const [, account = '', host, port = '22'] = /^ssh:\/\/(?:([^@/]*)@)?(\[[0-9a-fA-F:.]+\]|[^:/?#[\]]+)(?::(\d{1,5}))?(?:[/?#]|$)/.exec(given) ?? []
  const fields = new URLSearchParams(given)
  const link = host === undefined
    ? { gateway: fields.get('gateway') ?? '', host: fields.get('host') ?? '', port: fields.get('port') ?? '22', user: fields.get('user') ?? '' }
    : { gateway: '', host: host.replace(/^\[(.*)\]$/, '$1'), port, user: decoded(account.replace(/[:;].*$/, '')) }
  return link.host === '' && link.gateway === '' && link.user === '' ? null : link
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
