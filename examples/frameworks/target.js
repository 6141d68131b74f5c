/** The terminal's target: `?gateway=…&host=…&port=…&user=…`, and the token after `#`, which is sent to no server. In your page these come from your application. */
const query = new URLSearchParams(location.search)

export const target = { gateway: query.get('gateway'), host: query.get('host'), port: query.get('port'), user: query.get('user') }
export const token = decodeURIComponent(location.hash.slice(1))
