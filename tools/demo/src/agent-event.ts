/** What an agent process says about itself on its standard output, one JSON object a line. Work goes through messages only. */
export type AgentEvent =
  | { readonly event: 'ready' }
  | { readonly event: 'duplicate'; readonly message_id: string | null }
  | { readonly event: 'recovered'; readonly message_id: string | null; readonly holder_pid: number | null }
  | {
      readonly event: 'quarantined';
      readonly message_id: string | null;
      readonly entry_id: string;
    }
  | { readonly event: 'error'; readonly error: string };

/** Writes one event. */
export function announce(event: AgentEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** Reads one line back; null when it is something else. */
export function parseAgentEvent(line: string): AgentEvent | null {
  try {
    const value = JSON.parse(line) as { event?: unknown } | null;
    return typeof value?.event === 'string' ? (value as AgentEvent) : null;
  } catch {
    return null;
  }
}
