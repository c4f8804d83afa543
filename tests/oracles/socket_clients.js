// Cases for stock clients of Socket.IO. Standard input: one JSON object {url, urlFile, secret, scope, agents, restart, only}. Standard
// output: one JSON line for each case of each client, {name, ok, detail}. `restart`: only the cases in which the daemon stops and
// another begins, whose address `urlFile` has then. `only`: the names of the cases that are wanted.
const fs = require("fs");
const { SignJWT } = require("jose");
const { openProxy } = require("./flaky_proxy.js");

const CLIENTS = { newest: require("socket.io-client"), "4.7.4": require("socket.io-client-4.7.4") };
const TRANSPORTS = { websocket: ["websocket"], polling: ["polling"], upgrade: ["polling", "websocket"] };
const PATIENCE_MS = 30000;

let given;

function token(exp = "1h", more = {}) {
  const claims = { ...given.scope, userId: "alice", entityId: "shop", ...more };
  const unsigned = new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" }).setIssuedAt();
  return unsigned.setExpirationTime(exp).sign(new TextEncoder().encode(given.secret));
}

function check(holds, what) {
  if (!holds) throw new Error(what);
}

/** A socket whose events are written down, and can be waited for. */
class Watched {
  constructor({ io }, transports, auth, options = {}) {
    const { path = "/agent", url = given.url, ...more } = options;
    this.seen = [];
    this.waiting = [];
    this.socket = io(url + path, { transports, auth, forceNew: true, reconnection: false, ...more });
    this.socket.onAny((name, body) => this.note(name, body));
    for (const name of ["connect", "disconnect", "connect_error"]) {
      this.socket.on(name, (what) => this.note(name, what instanceof Error ? { message: what.message } : what));
    }
  }
  note(name, body) {
    this.seen.push({ name, body });
    for (const each of this.waiting.splice(0)) each();
  }
  /** The first thing from `from` on for which `matches` holds. */
  async until(matches, from = 0) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = this.seen.findIndex((each, i) => i >= from && matches(each));
      if (found >= 0) return { at: found, ...this.seen[found] };
      if (Date.now() > deadline) throw new Error("nothing came; seen: " + JSON.stringify(this.seen).slice(-600));
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, 200);
        this.waiting.push(() => (clearTimeout(timer), resolve()));
      });
    }
  }
  named(name, from = 0) {
    return this.until((each) => each.name === name, from);
  }
  typed(type, from = 0) {
    return this.until((each) => each.name === "agent_event" && each.body.type === type, from);
  }
  events(from = 0) {
    return this.seen.slice(from).filter((each) => each.name === "agent_event").map((each) => each.body);
  }
  end() {
    this.socket.disconnect();
  }
}

async function rest(method, path, body) {
  const answer = await fetch(given.url + path, {
    method,
    headers: { "X-Platos-Session-Token": await token(), "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  check(answer.ok, `${method} ${path}: ${answer.status}`);
  return answer.json();
}

const makeThread = async (agentId) => (await rest("POST", "/api/v1/agent/threads", { agentId })).id;
const lastAnswer = async (thread) => (await rest("GET", `/api/v1/agent/threads/${thread}/messages`)).messages.at(-1).content;

/** The text that a client shows: what no boundary voids. */
function textOf(events) {
  let kept = [];
  for (const event of events) {
    if (event.type === "message_boundary" && event.discardFrom) kept = kept.filter((each) => each._seq < event.discardFrom);
    if (event.type === "token") kept.push(event);
  }
  return kept.map((each) => each.text).join("");
}

function checkOrder(events) {
  for (let i = 1; i < events.length; ++i) {
    check(events[i]._seq === events[i - 1]._seq + 1, `a gap or a duplicate: ${events[i - 1]._seq}, ${events[i]._seq}`);
  }
}

async function refused(client, transports, auth, code) {
  const watched = new Watched(client, transports, auth);
  const end = await watched.named("disconnect");
  check(end.body === "io server disconnect", "ended with " + end.body);
  const names = watched.seen.map((each) => each.body?.type ?? each.name).join(" ");
  check(names === "connect error error done disconnect", "came: " + names);
  check(watched.seen[1].body.code === code, "refused with " + watched.seen[1].body.code);
  check(watched.seen[2].body.code === "unauthorized", "told " + watched.seen[2].body.code);
}

const CASES = {
  async "a turn"(client, transports) {
    const watched = new Watched(client, transports, { token: await token() });
    const thread = await makeThread(given.agents.slow);
    const { body: connected } = await watched.named("connected");
    check(connected.userId === "alice" && connected.environmentId === given.scope.environmentId, "who? " + JSON.stringify(connected));
    const ack = await watched.socket.timeout(PATIENCE_MS).emitWithAck("message", { message: "Grüße, 世界 🌍", threadId: thread });
    check(ack.ok === true, "ack " + JSON.stringify(ack));
    await watched.typed("done");
    const events = watched.events();
    check(events[0].type === "meta" && events[0].thread_id === thread, "begins with " + JSON.stringify(events[0]));
    check(events.every((each) => each.threadId === thread), "a thread is missing");
    checkOrder(events);
    check(textOf(events) === (await lastAnswer(thread)), "another text");
    const wanted = transports.at(-1);
    check(watched.socket.io.engine.transport.name === wanted, "carried by " + watched.socket.io.engine.transport.name);
    watched.end();
  },
  async "a bad token"(client, transports) {
    await refused(client, transports, { token: (await token()) + "x" }, "invalid_session_token");
  },
  async "an expired token"(client, transports) {
    await refused(client, transports, { token: await token("-1s") }, "invalid_session_token");
  },
  async "no credentials"(client, transports) {
    await refused(client, transports, {}, "unauthenticated");
  },
  async "a token that expires in the middle of a turn"(client, transports) {
    const thread = await makeThread(given.agents.slow);
    const short = new Watched(client, transports, { token: await token("2s") });
    await short.named("connected");
    short.socket.emit("message", { message: "Hi", threadId: thread });
    const end = await short.named("disconnect");
    check(end.body === "io server disconnect", "ended with " + end.body);
    check((await short.named("error")).body.code === "token_expired", "no token_expired");
    const before = short.events().filter((each) => each._seq);
    check(short.events().at(-1).type === "done" && before.at(-1).type !== "done", "the turn is over too early");
    const fresh = new Watched(client, transports, { token: await token() });
    await fresh.named("connected");
    fresh.socket.emit("resume_stream", { threadId: thread, lastSeq: before.at(-1)._seq });
    await fresh.typed("done");
    const all = [...before, ...fresh.events()];
    checkOrder(all);
    check(textOf(all) === (await lastAnswer(thread)), "another text");
    fresh.end();
  },
  async "an unknown namespace"(client, transports) {
    const watched = new Watched(client, transports, { token: await token() }, { path: "/nowhere" });
    const { body } = await watched.named("connect_error");
    check(body.message === "Invalid namespace", body.message);
    watched.end();
  },
  async "the namespace of one agent"(client, transports) {
    const watched = new Watched(client, transports, { token: await token() }, { path: "/agent/" + given.agents.quick });
    watched.socket.emit("message", { message: "Hi" });
    await watched.typed("done");
    check(watched.events()[0].agent_id === given.agents.quick, "another agent");
    watched.end();
  },
  async "a long message"(client, transports) {
    const watched = new Watched(client, transports, { token: await token() });
    const thread = await makeThread(given.agents.quick);
    // Governors have 50 ms for it, also in slow builds.
    const message = "é🌍".repeat(4000);
    watched.socket.emit("message", { message, threadId: thread });
    await watched.typed("done");
    const { messages } = await rest("GET", `/api/v1/agent/threads/${thread}/messages`);
    check(messages[0].content === message, "the message arrived changed");
    watched.end();
  },
  async "a connection that is lost in the middle, by a client that comes back by itself"(client, transports) {
    const proxy = await openProxy(() => given.url);
    const thread = await makeThread(given.agents.slow);
    const watched = new Watched(client, transports, { token: await token() }, {
      url: proxy.url,
      reconnection: true,
      reconnectionDelay: 20,
      reconnectionDelayMax: 100,
    });
    await watched.named("connected");
    watched.socket.emit("message", { message: "Hi", threadId: thread });
    const tokenOrLoss = ({ name, body }) => name === "disconnect" || body?.type === "token" || body?.type === "done";
    for (let losses = 0; losses < 3; ) {
      const from = watched.seen.length;
      const { name, body, at } = await watched.until(tokenOrLoss, from);
      if (body?.type === "done") break;
      if (name !== "disconnect") {
        // A moment later, when a client that polls waits again: between two polls it would notice nothing.
        setTimeout(() => proxy.cut(), 10);
        continue;
      }
      ++losses;
      await watched.named("connected", at);
      const lastSeq = watched.events().filter((each) => each._seq).at(-1)?._seq ?? 0;
      watched.socket.emit("resume_stream", { threadId: thread, lastSeq });
    }
    check(watched.seen.some(({ name }) => name === "disconnect"), "no connection was lost");
    await watched.typed("done");
    checkOrder(watched.events());
    check(textOf(watched.events()) === (await lastAnswer(thread)), "another text");
    watched.end();
    proxy.close();
  },
  async "a stop"(client, transports) {
    const watched = new Watched(client, transports, { token: await token() });
    const thread = await makeThread(given.agents.endless);
    watched.socket.emit("message", { message: "Hi", threadId: thread });
    await watched.typed("token");
    watched.socket.emit("stop", { threadId: thread });
    const { body } = await watched.typed("done");
    check(body.stopped === true, JSON.stringify(body));
    watched.end();
  },
  async "a room"(client, transports) {
    const watched = [0, 1].map(() => null);
    const thread = await makeThread(given.agents.slow);
    for (const i of [0, 1]) {
      watched[i] = new Watched(client, transports, { token: await token() });
      watched[i].socket.emit("join_thread", { threadId: thread });
      await watched[i].named("joined_thread");
    }
    watched[0].socket.emit("message", { message: "Hi", threadId: thread });
    for (const each of watched) await each.typed("done");
    check(JSON.stringify(watched[0].events()) === JSON.stringify(watched[1].events()), "two different turns");
    watched[1].socket.emit("thread.rename", { threadId: thread, title: "Named" });
    for (const each of watched) check((await each.named("thread_event")).body.title === "Named", "not renamed");
    for (const each of watched) each.end();
  },
};

const RESTART_CASES = {
  async "a daemon that stops, and another that goes on"(client, transports) {
    const address = () => fs.readFileSync(given.urlFile, "utf8").trim();
    const proxy = await openProxy(address);
    const auth = async (give) => give({ token: await token() });
    const watched = new Watched(client, transports, auth, {
      url: proxy.url,
      reconnection: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
    });
    await watched.named("connected");
    const thread = await makeThread(given.agents.long);
    watched.socket.emit("message", { message: "Hi", threadId: thread });
    await watched.typed("token");
    process.stdout.write(JSON.stringify({ name: "ready", ok: true }) + "\n");
    fs.appendFileSync(given.urlFile + ".ready", ".");
    const lost = await watched.named("disconnect");
    check(lost.body !== "io server disconnect", "it was told not to come back");
    await watched.named("connected", lost.at);
    const lastSeq = watched.events().filter((each) => each._seq).at(-1)._seq;
    const { run_id: runId } = watched.events()[0];
    watched.socket.emit("resume_stream", { threadId: thread, runId, lastSeq });
    await watched.typed("done");
    given.url = address();
    check(textOf(watched.events()) === (await lastAnswer(thread)), "another text");
    watched.end();
    proxy.close();
  },
};

async function run(name, test, client, transports) {
  try {
    await test(client, transports);
    return { name, ok: true, detail: "" };
  } catch (error) {
    return { name, ok: false, detail: String(error.stack ?? error) };
  }
}

async function main() {
  given = JSON.parse(fs.readFileSync(0, "utf8"));
  const all = [];
  for (const [version, client] of Object.entries(CLIENTS)) {
    for (const [way, transports] of Object.entries(TRANSPORTS)) {
      for (const [name, test] of Object.entries(given.restart ? RESTART_CASES : CASES)) {
        if (given.only && !given.only.includes(name)) continue;
        all.push(run(`${name} (${version}, ${way})`, test, client, transports));
      }
    }
  }
  for (const result of await Promise.all(all)) process.stdout.write(JSON.stringify(result) + "\n");
  process.exit(0);
}

main();
