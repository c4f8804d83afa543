// The rows of REST besides agents and threads, by the client that was written from the description; with a token and with keys.
const { SignJWT } = require("jose");
const { openProxy } = require("./flaky_proxy.js");

function check(holds, what) {
  if (!holds) throw new Error(what);
}

const isText = (value) => typeof value === "string";
const isCount = (value) => typeof value === "number" && value >= 0;

/** Each row has these members, all of which `holds`. */
function checkRows(rows, members, what) {
  check(Array.isArray(rows), what + " is no list");
  for (const row of rows) {
    for (const [name, holds] of Object.entries(members)) check(holds(row[name]), `${what}.${name}: ${JSON.stringify(row)}`);
  }
}

async function refused(promise, status) {
  const error = await promise.then((value) => new Error("not refused: " + JSON.stringify(value)), (each) => each);
  check(error.status === status, `not ${status}: ${error.status} ${error.message}`);
  check(isText(error.message) && isText(error.detail.code), JSON.stringify(error.detail));
  return error;
}

function restCases({ PlatosClient }, given) {
  const token = (userId) =>
    new SignJWT({ ...given.scope, userId, entityId: "shop" })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(given.secret));
  const user = async (userId) => new PlatosClient({ baseUrl: given.url, sessionToken: await token(userId) });
  const { accessKey, scope, agent } = given.elsewhere;
  const keyed = (apiKey = accessKey, userId = "alice", more = {}) =>
    new PlatosClient({ baseUrl: given.url, apiKey, scope: { ...scope, userId }, ...more });
  const asking = JSON.stringify({ tool: "request_approval", arguments: { action: "Send the letter" } });

  /** Sends what makes the agent ask, decides, and hears the rest. */
  async function turnDecided(platos, decide) {
    const { id } = await platos.threads.create({ agentId: given.agents.asking });
    const told = [];
    for await (const event of platos.threads.send(id, asking)) {
      told.push(event);
      if (event.type === "approval_needed") await decide(event.approvalId, id);
    }
    return { id, told };
  }

  return {
    async "an approval: listed, read, resolved by whom it belongs to"() {
      const alice = await user("alice");
      const bob = await user("bob");
      let decided = 0;
      const { id, told } = await turnDecided(alice, async (approval, thread) => {
        const pending = await alice.approvals.list({ status: "pending", threadId: thread, limit: 5 });
        check(pending.length === 1 && pending[0].id === approval, JSON.stringify(pending));
        check((await alice.approvals.get(approval)).status === "pending", "not pending");
        check((await bob.approvals.list({ threadId: thread })).length === 0, "another sees it");
        await refused(bob.approvals.get(approval), 404);
        await refused(bob.approvals.resolve(approval, { response: "approve" }), 404);
        const resolved = await alice.approvals.resolve(approval, { response: "approve", reason: "gladly" });
        check(resolved.id === approval && resolved.status === "approved", JSON.stringify(resolved));
        check(resolved.resolution.response === "approve" && resolved.resolution.reason === "gladly", JSON.stringify(resolved));
        await refused(alice.approvals.resolve(approval, { response: "reject" }), 409);
        ++decided;
      });
      check(decided === 1 && told.at(-1).type === "done", JSON.stringify(told.at(-1)));
      const runs = await alice.monitoring.runs({ threadId: id, limit: 10 });
      check(runs.length === 1, JSON.stringify(runs));
      await refused(alice.approvals.get("missing"), 404);
    },
    async "ratings, artifacts and budgets of a user"() {
      const alice = await user("alice");
      const { id } = await alice.threads.create({ agentId: given.agents.quick });
      for await (const event of alice.threads.send(id, "Hi")) check(event.type !== "error", JSON.stringify(event));
      check((await alice.threads.artifacts(id)).length === 0, "artifacts from nowhere");
      const message = (await alice.threads.messages(id)).at(-1).id;
      check((await alice.messages.rate(message, { rating: 1, comment: "good" })).rating === 1, "another rating");
      const rating = await alice.messages.rating(message);
      check(rating.userRating !== null && rating.aggregate.ups === 1 && rating.aggregate.downs === 0, JSON.stringify(rating));
      check((await alice.messages.unrate(message)) === true, "not removed");
      check((await alice.messages.rating(message)).aggregate.ups === 0, "still rated");
      check(Array.isArray(await alice.budgets.list()), "no list of caps");
      check(Array.isArray((await alice.budgets.status({ agentId: given.agents.quick })).caps), "no caps");
    },
    async "monitoring with an API key and the headers of a scope"() {
      const backend = keyed();
      const { id } = await backend.threads.create({ agentId: agent, title: "Keyed" });
      check((await backend.threads.get(id)).title === "Keyed", "not found");
      check((await keyed(accessKey, "bob").threads.get(id)) === null, "not alice's");
      const rows = { costCents: isCount, runs: isCount, inputTokens: isCount, outputTokens: isCount };
      checkRows(await backend.monitoring.costByAgent(), { agentId: isText, ...rows }, "costByAgent");
      checkRows(await backend.monitoring.costByScope({ daysBack: 2 }), { day: isText, ...rows }, "costByScope");
      check(Array.isArray(await backend.monitoring.runs({ agentId: agent, limit: 3 })), "no runs");
      check((await backend.monitoring.trace("unknown")).length === 0, "spans from nowhere");
    },
    async "an API key that is wrong gets nothing, and one of an environment nothing of another"() {
      check((await keyed().agents.list()).every((each) => each.id === agent), "agents of another environment");
      await refused(keyed("plt_wrong").agents.list(), 401);
      await refused(keyed(accessKey, "alice", { scope: { ...given.scope, userId: "alice" } }).agents.list(), 404);
    },
    async "tools: listed, found, counted, tried, switched off and on"() {
      const backend = keyed();
      const tools = await backend.tools.list();
      check(tools.some((each) => each.toolId === "docs__search"), tools.map((each) => each.toolId).join(" "));
      check((await backend.tools.search({ q: "documentation", limit: 3 })).length >= 1, "nothing found");
      check(isCount((await backend.tools.stats()).total), "no count");
      check((await backend.tools.matrix()).length === tools.length, "another matrix");
      check((await backend.tools.test("docs__search", { query: "install" })).status === "success", "it failed");
      await refused(backend.tools.setEnabled("docs", "docs__search", false), 403);
      const admin = keyed(given.adminKey);
      check((await admin.tools.setEnabled("docs", "docs__search", false)).enabled === false, "not switched off");
      check((await admin.tools.setEnabled("docs", "docs__search", true)).enabled === true, "not switched on");
    },
    async "background work that there is not is told apart from work that failed"() {
      const backend = keyed(accessKey, "alice", { retry: { maxRetries: 0, baseDelayMs: 1 } });
      for (const list of [backend.bgo.tasks, backend.bgo.runs, backend.bgo.schedules]) check((await list.list()).length === 0, "some");
      await refused(backend.bgo.runs.get("x"), 404);
      await refused(backend.bgo.batches.get("x"), 404);
      await refused(backend.bgo.tasks.trigger("x", { a: 1 }), 501);
      await refused(backend.bgo.runs.cancel("x"), 501);
      await refused(backend.bgo.runs.replay("x"), 501);
      await refused(backend.bgo.schedules.create({ taskId: "x", cron: "* * * * *" }), 501);
      await refused(backend.bgo.schedules.activate("x"), 501);
      await refused(backend.bgo.schedules.delete("x"), 501);
      await refused(backend.bgo.batches.trigger("x", [{}]), 501);
    },
    async "a call whose connection is lost is made again without a key"() {
      let lost = 0;
      const proxy = await openProxy(() => given.url, () => ++lost === 1);
      const alice = new PlatosClient({ baseUrl: proxy.url, sessionToken: await token("carla") });
      const { id } = await alice.threads.create({ agentId: given.agents.quick, title: "Once" });
      check(lost >= 2, "nothing was lost");
      const threads = await alice.threads.list(given.agents.quick);
      check(threads.some((each) => each.id === id), "not there");
      // The server had given its whole answer away, and cannot know that it never came.
      check(threads.length <= 2, threads.length + " threads");
      proxy.close();
    },
  };
}

module.exports = { restCases };
