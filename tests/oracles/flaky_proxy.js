// A TCP proxy that loses connections when it is told to, and that finds its target anew for each.
const net = require("net");

/**
 * `target`: called for each connection, returns "http://host:port" or throws. `loses`: called when the first bytes of an
 * answer come; true: they never arrive, and the connection breaks.
 */
async function openProxy(target, loses = () => false) {
  const pairs = new Set();
  const server = net.createServer((client) => {
    let upstream;
    try {
      const { hostname, port } = new URL(target());
      upstream = net.connect(Number(port), hostname);
    } catch {
      return client.destroy();
    }
    const pair = { client, upstream };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const each of [client, upstream]) each.on("error", end).on("close", end);
    client.pipe(upstream);
    upstream.once("data", (bytes) => {
      if (loses()) return end();
      client.write(bytes);
      upstream.pipe(client);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Loses all connections that there are. */
    cut() {
      for (const { client, upstream } of pairs) {
        client.resetAndDestroy ? client.resetAndDestroy() : client.destroy();
        upstream.destroy();
      }
    },
    close() {
      this.cut();
      server.close();
    },
  };
}

module.exports = { openProxy };
