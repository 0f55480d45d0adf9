// What a panel in a page of another origin shows to the server: browsers send no cookie from there.

/** Among the protocols of a WebSocket, the one place where a page can put something that is in no address. @param {string} ticket */
export const offerOf = (ticket) => ["plotroom", `plotroom.token.${ticket}`];

/** `fetch` that shows it. @param {string} ticket "" for none @returns {(address: string, options?: RequestInit) => Promise<Response>} */
export function showing(ticket) {
  return (address, options = {}) => fetch(address, ticket ? { ...options, headers: { Authorization: `Bearer ${ticket}` } } : options);
}
