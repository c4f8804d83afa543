// Compiles platos_client.ts with tsc's checks, and drives the daemon with it. Standard input: one JSON object {url, secret, scope,
// agents}. Standard output: one JSON line for each case, {name, ok, detail}. Exits with 1 when tsc has an objection.
const fs = require("fs");
const path = require("path");
const { SignJWT } = require("jose");
const { load } = require("./compiled.js");
const { openProxy } = require("./flaky_proxy.js");
const { restCases } = require("./platos_client_rest.js");

function check(holds, what) {
  if (!holds) throw new Error(what);
}

async function collect(events, onEvent = () => {}) {
  const all = [];
  for await (const event of events) {
    all.push(event);
    await onEvent(event, all);
  }
  return all;
}

const types = (events) => events.map((each) => each.type).filter((each, i, all) => each !== all[i - 1]).join(" ");

/** What a client of one turn has in the end: a boundary voids what follows the number it names. */
function valid(events) {
  let kept = [];
  for (const event of events) {
    if (event.type === "message_boundary" && event.discardFrom) kept = kept.filter((each) => each._seq < event.discardFrom);
    if (event._seq) kept.push(event);
  }
  return kept;
}

const shownText = (events) => valid(events).map((event) => (event.type === "token" ? event.text : "")).join("");

function casesFor({ PlatosClient, PlatosError }, given) {
  const token = (exp = "1h", more = {}) =>
    new SignJWT({ ...given.scope, userId: "alice", entityId: "shop", ...more })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setIssuedAt()
      .setExpirationTime(exp)
      .sign(new TextEncoder().encode(given.secret));
  const client = async (more = {}) => new PlatosClient({ baseUrl: given.url + "//", sessionToken: await token(), ...more });
  const answerOf = async (platos, thread) => (await platos.threads.messages(thread)).at(-1).content;

  return {
    async "the rows of REST that there are"() {
      const platos = await client();
      const agents = await platos.agents.list();
      check(agents.some((each) => each.id === given.agents.quick), "the agent is not listed");
      check((await platos.agents.get(given.agents.quick)).id === given.agents.quick, "another agent");
      check((await platos.agents.get("nobody")) === null, "a missing agent is not null");
      const thread = await platos.threads.create({ agentId: given.agents.quick, title: "T" });
      check(thread.title === "T" && thread.agentId === given.agents.quick, JSON.stringify(thread));
      check((await platos.threads.create({})).agentId !== undefined, "no default agent");
      check((await platos.threads.list(given.agents.quick)).some((each) => each.id === thread.id), "not listed");
      check((await platos.threads.get(thread.id)).id === thread.id, "not found");
      check((await platos.threads.get("thr_missing")) === null, "a missing thread is not null");
      check((await platos.threads.messages(thread.id)).length === 0, "messages from nowhere");
      await platos.threads.archive(thread.id);
      check((await platos.threads.get(thread.id)).status === "archived", "not archived");
      await platos.threads.unarchive(thread.id);
      check((await platos.threads.get(thread.id)).status === "active", "still archived");
      await platos.threads.delete(thread.id);
      const refused = await platos.agents.listVersions(given.agents.quick).catch((error) => error);
      check(refused instanceof PlatosError && refused.status === 403, "a user reads versions");
      check(refused.detail.code === "forbidden" && typeof refused.message === "string", JSON.stringify(refused.detail));
    },
    async "a token that is refreshed once"() {
      let asked = 0;
      const platos = await client({
        sessionToken: await token("-1s"),
        onTokenRefresh: ({ status }) => (check(status === 401, "status " + status), ++asked, token()),
      });
      await platos.agents.list();
      check(asked === 1, `refreshed ${asked} times`);
    },
    async "send, from connected to done"() {
      const platos = await client();
      const { id } = await platos.threads.create({ agentId: given.agents.slow });
      const events = await collect(platos.threads.send(id, "Hi", { modelLabel: "fast", contextType: undefined, dynamicBlocks: {} }));
      check(types(events) === "connected meta status token message_persisted done", types(events));
      check(shownText(events) === (await answerOf(platos, id)), "another text");
      const persisted = events.find((each) => each.type === "message_persisted");
      check(persisted.threadId === id && typeof persisted.messageId === "string", JSON.stringify(persisted));
    },
    async "send in the namespace of an agent"() {
      const platos = await client({ socketNamespace: "/agent/" + given.agents.quick });
      const { id } = await platos.threads.create({ agentId: given.agents.quick });
      const events = await collect(platos.threads.send(id, "Hi"));
      check(events.at(-1).type === "done", types(events));
    },
    async "send with a token that is refused ends by itself"() {
      const { id } = await (await client()).threads.create({ agentId: given.agents.quick });
      for (const exp of ["-1s", "1h"]) {
        const platos = await client({ sessionToken: (await token(exp)) + (exp === "1h" ? "x" : "") });
        const began = Date.now();
        const events = await collect(platos.threads.send(id, "Hi"));
        check(types(events) === "connected error done", types(events));
        check(events.some((each) => each.code === "unauthorized"), JSON.stringify(events));
        check(Date.now() - began < 5000, "it took long");
      }
    },
    async "send in somebody else's thread ends by itself"() {
      const { id } = await (await client()).threads.create({ agentId: given.agents.quick });
      const bob = await client({ sessionToken: await token("1h", { userId: "bob" }) });
      const events = await collect(bob.threads.send(id, "Hi"));
      check(types(events) === "connected error done", types(events));
      check(events[1].code === "thread_not_found", JSON.stringify(events));
    },
    async "send over a connection that is lost goes on where it was"() {
      const proxy = await openProxy(() => given.url);
      const direct = await client();
      const { id } = await direct.threads.create({ agentId: given.agents.slow });
      const platos = await client({ baseUrl: proxy.url });
      let tokens = 0;
      const events = await collect(platos.threads.send(id, "Hi"), (event) => {
        if (event.type === "token" && ++tokens === 3) proxy.cut();
      });
      check(events.some((each) => each.type === "reconnecting"), "it was not cut");
      check(events.at(-1).type === "done", types(events));
      valid(events).forEach((event, i) => check(event._seq === i + 1, `event ${event._seq} in place ${i + 1}`));
      check(shownText(events) === (await answerOf(direct, id)), "another text");
      proxy.close();
    },
  };
}

async function main() {
  const module = load(path.join(__dirname, "platos_client.ts"));
  const given = JSON.parse(fs.readFileSync(0, "utf8"));
  const cases = Object.entries({ ...casesFor(module, given), ...restCases(module, given) });
  await Promise.all(
    cases.map(async ([name, test]) => {
      let result = { name, ok: true, detail: "" };
      try {
        await test();
      } catch (error) {
        result = { name, ok: false, detail: String(error.stack ?? error) };
      }
      process.stdout.write(JSON.stringify(result) + "\n");
    }),
  );
  process.exit(0);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
