/** A GET to a service as far as a probe needs it; `undefined` when nobody answered. Says nothing of the address. */
export async function lookAt(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: unknown; readonly serverTime?: number } | undefined> {
  try {
    const response = await fetch(url, { headers, signal });
    const date = Date.parse(response.headers.get('date') ?? '');
    const body: unknown = await response.json().catch(() => undefined);
    return { status: response.status, body, ...(!Number.isNaN(date) && { serverTime: date }) };
  } catch {
    return undefined;
  }
}
