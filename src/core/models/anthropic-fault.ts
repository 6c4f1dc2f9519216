import type { Json } from '../contracts/json.ts';
import type { ModelFaultCode } from '../contracts/models.ts';
import { modelFault, type ModelFaultError } from './fault.ts';
import { type CallName, readRetryAfterMs } from './http-fault.ts';
import { asRecord, parseJson } from './json-text.ts';

const codeOfType: Readonly<Record<string, ModelFaultCode>> = {
  authentication_error: 'key-refused',
  permission_error: 'key-refused',
  billing_error: 'request-refused',
  not_found_error: 'model-missing',
  request_too_large: 'too-long',
  rate_limit_error: 'rate-limited',
  api_error: 'server-error',
  timeout_error: 'server-error',
  gateway_timeout_error: 'server-error',
  overloaded_error: 'overloaded',
};

/** What an error answer of the Messages API means. The body may be a proxy's page instead of the API's JSON. */
export function claudeFault(call: CallName, status: number, headers: Headers, body: string): ModelFaultError {
  const error = readError(parseJson(body));
  return modelFault({
    ...call,
    code: error.type === undefined || status < 400 ? codeOfStatus(status) : codeOfError(error, status),
    status,
    message: error.message,
    retryAfterMs: readRetryAfterMs(headers),
  });
}

/** An `error` event in the middle of a stream that began with 200. */
export function claudeStreamFault(call: CallName, event: Json): ModelFaultError {
  const error = readError(event);
  return modelFault({ ...call, code: codeOfError(error, 500), message: error.message });
}

interface ApiError {
  readonly type?: string;
  readonly message: string;
  readonly detail?: string;
}

function readError(body: Json | undefined): ApiError {
  const error = asRecord(asRecord(body)?.error);
  if (!error) return { message: '' };
  const detail = asRecord(error.details)?.error_code;
  return {
    ...(typeof error.type === 'string' ? { type: error.type } : {}),
    message: typeof error.message === 'string' ? error.message : '',
    ...(typeof detail === 'string' ? { detail } : {}),
  };
}

function codeOfError(error: ApiError, status: number): ModelFaultCode {
  // A spending limit comes as a rate limit, and waiting does not lift it.
  if (/spend_limit|billing/.test(error.detail ?? '') || /credit balance|spend limit/i.test(error.message))
    return 'request-refused';
  if (error.type === 'invalid_request_error')
    return /too long|too many tokens|context (window|length|limit)/i.test(error.message)
      ? 'too-long'
      : 'request-refused';
  return codeOfType[error.type ?? ''] ?? codeOfStatus(status);
}

function codeOfStatus(status: number): ModelFaultCode {
  if (status === 401 || status === 403) return 'key-refused';
  if (status === 413) return 'too-long';
  if (status === 429) return 'rate-limited';
  if (status === 503 || status === 529) return 'overloaded';
  if (status === 408) return 'timed-out';
  return status >= 500 ? 'server-error' : 'request-refused';
}
