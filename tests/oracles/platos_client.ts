// A client of the first Platos's protocol, as small as its description: REST with retries, and threads.send over Socket.IO.
import { io, type Socket } from "socket.io-client-4.7.4";

export interface AgentEvent {
  type: string;
  [key: string]: unknown;
}

export interface Scope {
  organizationId: string;
  projectId: string;
  environmentId: string;
  userId?: string;
}

/** With an API key a scope says where, which the headers of each call carry. */
export interface ClientOptions {
  baseUrl: string;
  sessionToken?: string;
  apiKey?: string;
  scope?: Scope;
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

type Query = Record<string, string | number | undefined>;

/** "?a=1&b=2" of what is given, or nothing. */
function queryOf(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === "" ? "" : "?" + text;
}

const at = encodeURIComponent;
const waitMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const kMaxReconnects = 5;

export class PlatosClient {
  private token: string | undefined;
  private readonly base: string;

  constructor(private readonly options: ClientOptions) {
    if (!options.sessionToken && !options.apiKey) throw new Error("a session token or an API key is needed");
    this.token = options.sessionToken;
    this.base = options.baseUrl.replace(/\/+$/, "");
  }

  readonly agents = {
    list: async (): Promise<AgentEvent[]> => ((await this.call("GET", "agents")) as any).agents ?? [],
    get: (id: string) => this.callOrNull("GET", `agents/${at(id)}`),
    listVersions: async (id: string): Promise<unknown[]> =>
      ((await this.call("GET", `agents/${at(id)}/versions`)) as any).versions ?? [],
  };

  readonly threads = {
    create: (body: { agentId?: string; title?: string | null }) =>
      this.call("POST", "threads", { agentId: body.agentId ?? "default", title: body.title ?? null }) as Promise<any>,
    list: async (agentId?: string): Promise<any[]> =>
      ((await this.call("GET", "threads" + (agentId ? `?agentId=${encodeURIComponent(agentId)}&limit=50` : ""))) as any).threads ?? [],
    get: (id: string) => this.callOrNull("GET", `threads/${at(id)}`),
    messages: async (id: string): Promise<any[]> =>
      ((await this.call("GET", `threads/${at(id)}/messages`)) as any).messages ?? [],
    artifacts: (id: string) => this.list(`threads/${at(id)}/artifacts`, "artifacts"),
    archive: (id: string) => this.call("POST", `threads/${at(id)}/archive`),
    unarchive: (id: string) => this.call("POST", `threads/${at(id)}/unarchive`),
    delete: (id: string) => this.call("DELETE", `threads/${at(id)}`),
    send: (threadId: string, message: string, options: SendOptions = {}) => this.send(threadId, message, options),
  };

  readonly approvals = {
    list: (query: { status?: string; agentId?: string; threadId?: string; limit?: number } = {}) =>
      this.list("monitoring/approvals" + queryOf(query), "approvals"),
    get: (id: string) => this.call("GET", `monitoring/approvals/${at(id)}`) as Promise<any>,
    resolve: (id: string, body: { response: "approve" | "reject"; reason?: string }) =>
      this.call("POST", `monitoring/approvals/${at(id)}/resolve`, body) as Promise<any>,
  };

  readonly budgets = {
    list: () => this.list("monitoring/budget/caps", "caps"),
    status: (query: { agentId?: string; userId?: string } = {}) =>
      this.call("GET", "monitoring/budget/status" + queryOf(query)) as Promise<any>,
  };

  readonly monitoring = {
    runs: (query: { agentId?: string; threadId?: string; status?: string; limit?: number } = {}) =>
      this.list("monitoring/runs" + queryOf(query), "runs"),
    trace: (id: string) => this.list(`monitoring/traces/${at(id)}`, "spans"),
    costByAgent: (query: { day?: string } = {}) => this.list("monitoring/cost/by-agent" + queryOf(query), "rollup"),
    costByScope: (query: { daysBack?: number } = {}) => this.list("monitoring/cost/by-scope" + queryOf(query), "rollup"),
  };

  readonly tools = {
    list: (query: { category?: string } = {}) => this.list("tools" + queryOf(query), "tools"),
    search: (query: { q: string; limit?: number; entity?: string }) => this.list("tools/search" + queryOf(query), "tools"),
    stats: () => this.call("GET", "tools/stats") as Promise<any>,
    matrix: () => this.list("tools/matrix", "tools"),
    setEnabled: (entityId: string, tool: string, enabled: boolean) =>
      this.call("PATCH", `tools/${at(entityId)}/${at(tool)}/enabled`, { enabled }) as Promise<any>,
    test: (id: string, params: object) => this.call("POST", `tools/${at(id)}/test`, { params }) as Promise<any>,
  };

  readonly messages = {
    rate: async (id: string, body: { rating: 1 | -1; comment?: string }) =>
      ((await this.call("POST", `messages/${at(id)}/rating`, body)) as any).rating,
    unrate: async (id: string) => ((await this.call("DELETE", `messages/${at(id)}/rating`)) as any).removed,
    rating: (id: string) => this.call("GET", `messages/${at(id)}/rating`) as Promise<any>,
  };

  readonly bgo = {
    tasks: {
      list: () => this.list("trigger/tasks", "tasks"),
      trigger: (id: string, payload: unknown, options: object = {}) =>
        this.call("POST", `trigger/tasks/${at(id)}/trigger`, { payload, options }) as Promise<any>,
    },
    runs: {
      list: (query: { taskId?: string; status?: string; limit?: number } = {}) =>
        this.list("trigger/runs" + queryOf(query), "runs"),
      get: (id: string) => this.call("GET", `trigger/runs/${at(id)}`) as Promise<any>,
      cancel: (id: string) => this.call("POST", `trigger/runs/${at(id)}/cancel`) as Promise<any>,
      replay: (id: string) => this.call("POST", `trigger/runs/${at(id)}/replay`) as Promise<any>,
    },
    schedules: {
      list: () => this.list("trigger/schedules", "schedules"),
      create: (body: { taskId: string; cron: string; timezone?: string; payload?: unknown }) =>
        this.call("POST", "trigger/schedules", body) as Promise<any>,
      activate: (id: string) => this.call("POST", `trigger/schedules/${at(id)}/activate`) as Promise<any>,
      deactivate: (id: string) => this.call("POST", `trigger/schedules/${at(id)}/deactivate`) as Promise<any>,
      delete: (id: string) => this.call("DELETE", `trigger/schedules/${at(id)}`),
    },
    batches: {
      trigger: (id: string, payloads: unknown[], options: object = {}) =>
        this.call("POST", `trigger/batches/${at(id)}`, { payloads, options }) as Promise<any>,
      get: (id: string) => this.call("GET", `trigger/batches/${at(id)}`) as Promise<any>,
    },
  };

  private async list(path: string, key: string): Promise<any[]> {
    return ((await this.call("GET", path)) as any)[key] ?? [];
  }

  private headers(): Record<string, string> {
    // A JSON content type without a body, too: the protocol's own clients send it.
    const headers: Record<string, string> = { "Content-Type": "application/json" };
    if (this.token) headers["X-Platos-Session-Token"] = this.token;
    else headers["Authorization"] = "Bearer " + this.options.apiKey;
    const scope = this.options.scope;
    if (!scope) return headers;
    headers["X-Platos-Organization-Id"] = scope.organizationId;
    headers["X-Platos-Project-Id"] = scope.projectId;
    headers["X-Platos-Environment-Id"] = scope.environmentId;
    if (scope.userId) headers["X-Platos-User-Id"] = scope.userId;
    return headers;
  }

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
      let answer: Response;
      try {
        answer = await fetch(`${this.base}/api/v1/agent/${path}`, {
          method,
          headers: this.headers(),
          body: body === undefined ? undefined : JSON.stringify(body),
        });
      } catch (lost) {
        // Of every method, and without a key: nobody knows what became of the first.
        if (attempt >= maxRetries) throw lost;
        await waitMs(baseDelayMs * 2 ** attempt);
        continue;
      }
      const text = await answer.text();
      if (answer.ok) return text === "" ? undefined : JSON.parse(text);
      if ((answer.status === 401 || answer.status === 403) && this.token && !refreshed && this.options.onTokenRefresh) {
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
