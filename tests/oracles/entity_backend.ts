// A customer's backend, written from the description of the protocol alone. Its tools change an account book, and every
// change is one line of a file, so that whoever reads the file counts what really happened.
import { createHmac } from "crypto";
import { createServer, IncomingHttpHeaders, IncomingMessage, ServerResponse } from "http";
import { AddressInfo } from "net";
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from "fs";
import WebSocket from "ws";

export interface BackendOptions {
  urlFile: string; // where the daemon writes its address
  secret: string;
  entity: string;
  folder: string; // of the account book
  instance?: string;
  listens?: boolean; // also for calls by HTTP
}

interface ToolCall {
  type: "tool_call";
  call_id: string;
  tool_name: string;
  idempotency_key?: string;
  params: Record<string, unknown> & { __platos?: Record<string, string> };
}

const kRequired = ["organizationId", "projectId", "environmentId", "entityId", "userId", "agentId", "threadId"];
const kStamps = ["callId", "timestamp", "nonce", "signature"];
const kReconnectMs = 50;
const kLookMs = 5;
const kSkewMs = 300_000;

const one = (headers: IncomingHttpHeaders, name: string): string => String(headers[name] ?? "");

const schema = { type: "object", properties: { what: { type: "string" } }, additionalProperties: true };
const tool = (name: string, annotations: Record<string, unknown>) => ({
  name,
  description: `Account book: ${name}`,
  input_schema: schema,
  output_schema: null,
  auth: "none",
  roles: [],
  annotations,
});

export const tools = [
  tool("book.find", { effect: "read", category: "books" }),
  tool("book.reserve", { effect: "idempotent" }),
  tool("book.pay", {}), // says nothing: once
  tool("book.transfer", { effect: "once", reconcile: "book.outcome" }),
  tool("book.outcome", { effect: "read" }),
  tool("book.fail", { effect: "read" }),
];

export class Backend {
  private socket?: WebSocket;
  private callbackUrl?: string;
  private isAway = false;
  private readonly nonces = new Set<string>();

  constructor(private readonly options: BackendOptions, private readonly tell: (line: string) => void) {}

  /** Takes calls by HTTP, too, and says at which port. */
  listen(): void {
    const server = createServer((request, response) => void this.answer(request, response));
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      this.callbackUrl = `http://127.0.0.1:${port}/platos?key=k1`;
      this.tell(`listening ${port}`);
      this.start();
    });
  }

  /** Ends the connection, and makes no other. */
  hangUp(): void {
    this.isAway = true;
    this.socket?.close();
  }

  start(): void {
    const base = this.address();
    if (base === undefined) return this.later();
    const query = this.options.instance === undefined ? "" : `?instance=${this.options.instance}`;
    const socket = new WebSocket(`${base.replace(/^http/, "ws").replace(/\/+$/, "")}/ws/sdk${query}`, {
      headers: { Authorization: `Bearer ${this.options.secret}` },
    });
    this.socket = socket;
    // Before anything was heard, as the published SDKs do.
    socket.on("open", () => this.say({ type: "tool_register", tools, callback_url: this.callbackUrl }));
    socket.on("message", (data) => this.hear(JSON.parse(data.toString())));
    socket.on("unexpected-response", (_request, response) => {
      this.tell(`refused ${response.statusCode}`);
      socket.terminate();
    });
    socket.on("error", () => undefined);
    socket.on("close", (code) => {
      this.tell(`closed ${code}`);
      this.later();
    });
  }

  private address(): string | undefined {
    try {
      return readFileSync(this.options.urlFile, "utf8").trim() || undefined;
    } catch {
      return undefined;
    }
  }

  private later(): void {
    if (!this.isAway) setTimeout(() => this.start(), kReconnectMs);
  }

  private say(frame: unknown): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private hear(frame: Record<string, unknown>): void {
    switch (frame.type) {
      case "welcome":
        for (const name of ["sdk_connection_id", "entity_id", "environment_id", "project_id", "org_id"]) {
          if (typeof frame[name] !== "string") this.tell(`complaint welcome without ${name}`);
        }
        this.tell(`link ${frame.sdk_connection_id}`);
        return;
      case "tools_registered":
        return this.tell(`registered ${frame.count}`);
      case "tool_call":
        void this.serve(frame as unknown as ToolCall);
        return;
      case "heartbeat_ack":
      case "tool_health_alert":
        return;
      default:
        this.tell(`complaint frame ${JSON.stringify(frame)}`);
    }
  }

  private async serve(call: ToolCall): Promise<void> {
    const { __platos: envelope, ...params } = call.params;
    const objection = this.objection(call, envelope, params);
    if (objection !== undefined) this.tell(`complaint ${call.tool_name}: ${objection}`);
    const key = envelope?.idempotencyKey ?? "";
    try {
      const result = await this.work(call, key, params);
      this.say({ type: "tool_result", call_id: call.call_id, result, latency_ms: 1 });
    } catch (error) {
      this.say({ type: "tool_error", call_id: call.call_id, error: (error as Error).message, traceback: null });
    }
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += chunk;
    const objection = this.objectionToPost(request, body);
    if (objection !== undefined) this.tell(`complaint by http: ${objection}`);
    const { name, arguments: params } = JSON.parse(body).params;
    const call = { type: "tool_call", call_id: one(request.headers, "x-platos-call-id"), tool_name: name, params } as ToolCall;
    try {
      const result = await this.work(call, one(request.headers, "idempotency-key"), params);
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify(result));
    } catch (error) {
      response.writeHead(500, { "Content-Type": "text/plain" }).end((error as Error).message);
    }
  }

  /** The bytes of the body are what was signed. */
  private objectionToPost(request: IncomingMessage, body: string): string | undefined {
    const headers = request.headers;
    if (request.method !== "POST" || request.url !== "/platos?key=k1") return `${request.method} ${request.url}`;
    if (headers["content-type"] !== "application/json") return "no JSON";
    const names = ["organization-id", "project-id", "environment-id", "user-id", "agent-id", "thread-id", "call-id"];
    for (const name of names) {
      if (headers[`x-platos-${name}`] === undefined) return `no ${name}`;
    }
    if (one(headers, "x-platos-entity-id") !== this.options.entity) return "another entity's call";
    if (one(headers, "idempotency-key") === "") return "no idempotency key";
    return this.objectionToStamp(
      one(headers, "x-platos-timestamp"),
      one(headers, "x-platos-nonce"),
      one(headers, "x-platos-signature"),
      body,
    );
  }

  private async work(call: ToolCall, key: string, params: Record<string, unknown>): Promise<unknown> {
    switch (call.tool_name) {
      case "book.find":
        this.note(call, key, false);
        await this.whileHeld(call);
        return { found: params.what };
      case "book.reserve":
        // The key says whether it was done before: what is kept does not depend on how often it is asked for.
        this.note(call, key, !this.wasDone(key));
        await this.whileHeld(call);
        return { reserved: params.what, key };
      case "book.pay":
      case "book.transfer":
        this.note(call, key, true);
        await this.whileHeld(call);
        return { paid: params.what };
      case "book.outcome": {
        const asked = String(params.idempotencyKey);
        return this.wasDone(asked) ? { status: "succeeded", result: { seen: asked } } : { status: "failed" };
      }
      case "book.fail":
        throw new Error("the book is closed");
      default:
        throw new Error(`unknown tool: ${call.tool_name}`);
    }
  }

  /** One line of the book, on disk before anybody is answered. */
  private note(call: ToolCall, key: string, effect: boolean): void {
    const line = { tool: call.tool_name, key, call: call.call_id, what: call.params.what, effect, by: this.options.instance };
    const file = openSync(`${this.options.folder}/book`, "a");
    appendFileSync(file, `${JSON.stringify(line)}\n`);
    fsyncSync(file);
    closeSync(file);
    this.tell(`called ${call.tool_name}`);
  }

  private wasDone(key: string): boolean {
    if (!existsSync(`${this.options.folder}/book`)) return false;
    const lines = readFileSync(`${this.options.folder}/book`, "utf8").split("\n").filter(Boolean);
    return lines.some((line) => JSON.parse(line).key === key && JSON.parse(line).effect);
  }

  private async whileHeld(call: ToolCall): Promise<void> {
    const file = `${this.options.folder}/hold`;
    const isHeld = () => existsSync(file) && readFileSync(file, "utf8").split("\n").includes(call.tool_name);
    while (isHeld()) await new Promise((resolve) => setTimeout(resolve, kLookMs));
  }

  private objection(call: ToolCall, envelope: Record<string, string> | undefined, params: object): string | undefined {
    if (envelope === undefined) return "no envelope";
    for (const name of [...kRequired, ...kStamps]) {
      if (typeof envelope[name] !== "string") return `no ${name}`;
    }
    if (envelope.entityId !== this.options.entity) return "another entity's call";
    if (envelope.callId !== call.call_id) return "callId is another";
    if (!envelope.idempotencyKey || envelope.idempotencyKey !== call.idempotency_key) return "no idempotency key";
    const body = JSON.stringify({ method: "tools/call", params: { name: call.tool_name, arguments: params } });
    return this.objectionToStamp(envelope.timestamp, envelope.nonce, envelope.signature, body);
  }

  private objectionToStamp(timestamp: string, nonce: string, signature: string, body: string): string | undefined {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(timestamp)) return "timestamp_invalid";
    if (Math.abs(Date.now() - Date.parse(timestamp)) > kSkewMs) return "timestamp_skew_exceeded";
    if (!/^[0-9a-f]{32}$/.test(nonce)) return "nonce_invalid";
    if (this.nonces.has(nonce)) return "nonce_replay";
    this.nonces.add(nonce);
    const expected = createHmac("sha256", this.options.secret).update(`${timestamp}.${nonce}.${body}`).digest("hex");
    return expected === signature ? undefined : "signature_mismatch";
  }
}
