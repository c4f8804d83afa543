// A client of the first Platos's protocol, as small as its description: REST with retries, and threads.send over Socket.IO.
import { io, type Socket } from "socket.io-client-4.7.4";

export interface AgentEvent {
  type: string;
  [key: string]: unknown;
}

export interface ClientOptions {
  baseUrl: string;
  sessionToken: string;
  socketNamespace?: string;
  retry?: { maxRetries: number; baseDelayMs: number };
  onTokenRefresh?: (refused: { currentToken: string; status: number }) => Promise<string | null>;
}

export interface SendOptions {
  agentId?: string;
  contextType?: string;
  contextId?: string;
  dynamicBlocks?: Record<string, string>;
  modelLabel?: string;
}

export class PlatosError extends Error {
  constructor(readonly status: number, message: string, readonly detail: Record<string, unknown>) {
    super(message);
  }
}

const waitMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const kMaxReconnects = 5;

export class PlatosClient {
  private token: string;
  private readonly base: string;

  constructor(private readonly options: ClientOptions) {
    if (options.sessionToken === "") throw new Error("a session token is needed");
    this.token = options.sessionToken;
    this.base = options.baseUrl.replace(/\/+$/, "");
  }

  readonly agents = {
    list: async (): Promise<AgentEvent[]> => ((await this.call("GET", "agents")) as any).agents ?? [],
    get: (id: string) => this.callOrNull("GET", `agents/${encodeURIComponent(id)}`),
    listVersions: async (id: string): Promise<unknown[]> =>
      ((await this.call("GET", `agents/${encodeURIComponent(id)}/versions`)) as any).versions ?? [],
  };

  readonly threads = {
    create: (body: { agentId?: string; title?: string | null }) =>
      this.call("POST", "threads", { agentId: body.agentId ?? "default", title: body.title ?? null }) as Promise<any>,
    list: async (agentId?: string): Promise<any[]> =>
      ((await this.call("GET", "threads" + (agentId ? `?agentId=${encodeURIComponent(agentId)}&limit=50` : ""))) as any).threads ?? [],
    get: (id: string) => this.callOrNull("GET", `threads/${encodeURIComponent(id)}`),
    messages: async (id: string): Promise<any[]> =>
      ((await this.call("GET", `threads/${encodeURIComponent(id)}/messages`)) as any).messages ?? [],
    archive: (id: string) => this.call("POST", `threads/${encodeURIComponent(id)}/archive`),
    unarchive: (id: string) => this.call("POST", `threads/${encodeURIComponent(id)}/unarchive`),
    delete: (id: string) => this.call("DELETE", `threads/${encodeURIComponent(id)}`),
    send: (threadId: string, message: string, options: SendOptions = {}) => this.send(threadId, message, options),
  };

  private async callOrNull(method: string, path: string): Promise<any> {
    try {
      return await this.call(method, path);
    } catch (error) {
      if (error instanceof PlatosError && error.status === 404) return null;
      throw error;
    }
  }

  private async call(method: string, path: string, body?: unknown): Promise<unknown> {
    const { maxRetries, baseDelayMs } = this.options.retry ?? { maxRetries: 3, baseDelayMs: 250 };
    let refreshed = false;
    for (let attempt = 0; ; ++attempt) {
      // A JSON content type without a body, too: the protocol's own clients send it.
      const answer = await fetch(`${this.base}/api/v1/agent/${path}`, {
        method,
        headers: { "Content-Type": "application/json", "X-Platos-Session-Token": this.token },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await answer.text();
      if (answer.ok) return text === "" ? undefined : JSON.parse(text);
      if ((answer.status === 401 || answer.status === 403) && !refreshed && this.options.onTokenRefresh) {
        refreshed = true;
        const next = await this.options.onTokenRefresh({ currentToken: this.token, status: answer.status });
        if (next !== null && next !== this.token) {
          this.token = next;
          continue;
        }
      }
      if ((answer.status === 429 || answer.status >= 500) && attempt < maxRetries) {
        const after = Number(answer.headers.get("Retry-After"));
        await waitMs(after > 0 ? after * 1000 : baseDelayMs * 2 ** attempt);
        continue;
      }
      const detail = JSON.parse(text) as Record<string, unknown>;
      throw new PlatosError(answer.status, String(detail.message), detail);
    }
  }

  /** Yields every event verbatim; ends behind `done`. */
  private async *send(threadId: string, message: string, options: SendOptions): AsyncGenerator<AgentEvent> {
    const queue: AgentEvent[] = [];
    let wake: () => void = () => {};
    const push = (event: AgentEvent): void => {
      queue.push(event);
      wake();
    };
    let closed = false;
    let attempts = 0;
    let socket: Socket;
    const open = (first: boolean): void => {
      socket = io(this.base + (this.options.socketNamespace ?? "/agent"), {
        transports: ["websocket"],
        forceNew: true,
        reconnection: false,
        auth: { token: this.token },
      });
      socket.on("connect", () => {
        if (first) push({ type: "connected" });
        if (first) socket.emit("message", { message, threadId, ...options });
        if (!first) socket.emit("resume_stream", { threadId });
      });
      socket.on("agent_event", (event: AgentEvent) => push(event));
      socket.on("error", (error: unknown) => push({ type: "error", message: String(error) }));
      socket.on("disconnect", (reason: string) => {
        push({ type: "disconnected", reason });
        if (reason === "io client disconnect" || closed) return;
        if (++attempts > kMaxReconnects) {
          closed = true;
          return push({ type: "gave_up" });
        }
        push({ type: "reconnecting", attempt: attempts });
        setTimeout(() => closed || open(false), Math.min(500 * 2 ** (attempts - 1), 10000));
      });
    };
    open(true);
    try {
      for (;;) {
        while (queue.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const event = queue.shift()!;
        yield event;
        if (event.type === "done" || event.type === "gave_up") return;
      }
    } finally {
      closed = true;
      socket!.disconnect();
    }
  }
}
