// The page's connection, for who is no page.

import { Connection } from "../../static/js/connection.js";

export class Line extends Connection {
  /** We hold no files of the server that could be of another version. @param {Parameters<Connection["hello"]>[0]} hello */
  hello(hello) {
    this.version = hello.version;
    super.hello(hello);
  }
}
