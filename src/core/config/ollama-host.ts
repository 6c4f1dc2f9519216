import { isIPv6 } from 'node:net';

const ownPort = '11434';

/**
 * OLLAMA_HOST in any form that Ollama itself accepts, as an address to call: scheme, host and port. A wildcard that a
 * server listens on becomes loopback. Undefined when it is none of these forms.
 */
export function parseOllamaHost(value: string): string | undefined {
  const text = value.trim();
  const hasScheme = text.includes('://');
  if (hasScheme && !/^https?:\/\//i.test(text)) return undefined;
  const host = isIPv6(text) ? `[${text}]` : text.startsWith(':') ? `127.0.0.1${text}` : text;
  const url = URL.parse(hasScheme ? host : `http://${host}`);
  if (!url || url.hostname === '' || url.search !== '' || url.hash !== '' || /\s/.test(text))
    return undefined;
  // URL drops a port that is the scheme's own. Ollama means that one where a scheme is given, and its own where not.
  const givenPort = /:(\d+)(?:\/|$)/.exec(host.replace(/^https?:\/\//i, ''))?.[1];
  const port = url.port || givenPort || (hasScheme ? (url.protocol === 'https:' ? '443' : '80') : ownPort);
  const hostname =
    url.hostname === '0.0.0.0' ? '127.0.0.1' : url.hostname === '[::]' ? '[::1]' : url.hostname;
  const login = url.username && `${url.username}${url.password && `:${url.password}`}@`;
  return `${url.protocol}//${login}${hostname}:${Number(port)}${url.pathname.replace(/\/+$/, '')}`;
}

export const defaultOllamaHost = `http://127.0.0.1:${ownPort}`;
