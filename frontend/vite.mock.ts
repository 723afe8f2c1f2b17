import { getResponse } from 'msw';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Plugin } from 'vite';

/** Answers `/api` from the MSW handlers in `mocks/`, so that the designer can be tried without a server. */
export function mockApi(): Plugin {
  return {
    name: 'orchestrion-mock-api',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (!request.url?.startsWith('/api')) {
          next();
          return;
        }
        const handlers = server.ssrLoadModule('/mocks/handlers.ts');
        answer(handlers, request, response).catch(() => response.destroy()); // The page went away.
      });
    },
  };
}

async function answer(
  module: Promise<Record<string, unknown>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const handlers = (await module).handlers as Parameters<typeof getResponse>[0];
  const found = await getResponse(handlers, await toRequest(request));
  const result = found ?? new Response('no such mock', { status: 501 });
  response.writeHead(result.status, Object.fromEntries(result.headers));
  if (result.body) Readable.fromWeb(result.body as Parameters<typeof Readable.fromWeb>[0]).pipe(response);
  else response.end();
}

async function toRequest(request: IncomingMessage): Promise<Request> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const method = request.method ?? 'GET';
  return new Request(`http://localhost${request.url ?? '/'}`, {
    method,
    headers: request.headers as Record<string, string>,
    ...(method === 'GET' || method === 'HEAD' ? {} : { body: Buffer.concat(chunks) }),
  });
}
