// The one way to the server. Paths, queries, bodies and answers have the types that `npm run api` makes of api/openapi.yaml.
import type {paths} from '@/generated/api';
import {attendance} from './attendance';

const prefix = '/api/v1';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type Json<R> = R extends {content: {'application/json': infer Body}} ? Body : never;
type Answer<Operation> = Operation extends {responses: infer R} ? {[S in keyof R & (200 | 201 | 202 | 207)]: Json<R[S]>}[keyof R & (200 | 201 | 202 | 207)] : never;
type QueryOf<Operation> = Operation extends {parameters: {query?: infer Q}} ? Q : never;
type BodyOf<Operation> = Operation extends {requestBody?: infer R} ? Json<NonNullable<R>> : never;
type Short<P> = P extends `/api/v1${infer Rest}` ? Rest : never;
type PathsWith<M extends Method> = {[P in keyof paths]: paths[P] extends Record<M, object> ? Short<P> : never}[keyof paths];
type Operation<P extends string, M extends Method> = `/api/v1${P}` extends keyof paths ? (paths[`/api/v1${P}`] extends Record<M, infer O> ? O : never) : never;

type PathParameters = Record<string, string | number>;

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0: the server could not be reached
    readonly code: string,
    message: string,
    readonly fields: Record<string, string> = {},
    readonly requestId = '',
  ) {
    super(message);
  }
}

let csrfToken = '';
export function setCsrfToken(token: string) {
  csrfToken = token;
}

// Called whenever the server says that nobody is logged in any more.
let onUnauthorized: () => void = () => undefined;
export function setOnUnauthorized(listener: () => void) {
  onUnauthorized = listener;
}

export function address(path: string, parameters: PathParameters = {}, query: object = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parameters[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  const text = search.toString();
  return prefix + filled + (text ? `?${text}` : '');
}

async function problemOf(response: Response): Promise<ApiError> {
  try {
    const body = await response.json();
    return new ApiError(response.status, body.error, body.message, body.details?.fields, body.request_id);
  } catch {
    return new ApiError(response.status, 'internal_error', response.statusText);
  }
}

// For what has no entry in the contract's types; prefer get and send.
export async function call<T>(method: string, url: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = {Accept: 'application/json', ...attendance()};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrfToken) headers['X-CSRF-Token'] = csrfToken;
  let response: Response;
  try {
    response = await fetch(url, {method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, credentials: 'same-origin'});
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, 'unreachable', '');
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T;
  const problem = await problemOf(response);
  if (problem.status === 401) onUnauthorized();
  throw problem;
}

export function get<P extends PathsWith<'get'>>(
  path: P,
  options: {path?: PathParameters; query?: QueryOf<Operation<P, 'get'>>; signal?: AbortSignal} = {},
): Promise<Answer<Operation<P, 'get'>>> {
  return call('GET', address(path, options.path, options.query as object), undefined, options.signal);
}

export function send<M extends Exclude<Method, 'get'>, P extends PathsWith<M>>(
  method: M,
  path: P,
  options: {path?: PathParameters; body?: BodyOf<Operation<P, M>>} = {},
): Promise<Answer<Operation<P, M>>> {
  return call(method.toUpperCase(), address(path, options.path), options.body);
}
