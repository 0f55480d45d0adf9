// What static/js uses of socket.io-client, for the type check; not served.
export function io(namespace: string, options: Record<string, unknown>): any;
