// Other namespaces over the line of the metrics: they come and go with it.

export class Shared {
  constructor() {
    /** @type {any[]} */
    this.sockets = [];
  }

  /**
   * @param {any} socket that of the metrics
   * @param {string} name of the namespace
   * @param {(give: (auth: object) => void) => void} auth asked each time
   * @returns {any} its socket
   */
  add(socket, name, auth) {
    const made = socket.io.socket(name, { auth });
    this.sockets.push(made);
    return made;
  }

  /** The server has greeted. */
  join() {
    for (const socket of this.sockets) socket.connect();
  }

  /** The line is lost, or is to end: to socket.io it ends with the last of its namespaces. */
  leave() {
    for (const socket of this.sockets) socket.disconnect();
  }
}
