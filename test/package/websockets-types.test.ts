/** What editors know of this module: its types are those that programs are written against. `npm run typecheck` is the judge. */
import type { EventEmitter } from 'node:events';
import { describe, expectTypeOf, it } from 'vitest';
import type { WaitOptions } from '../../src/index.ts';
import * as W from '../../src/websockets/index.ts';

const decoder = new TextDecoder();

describe('functions', () => {
  it('have two names and one type', () => {
    expectTypeOf(W.create_server).toEqualTypeOf(W.createServer);
    expectTypeOf(W.set_callback).toEqualTypeOf(W.setCallback);
    expectTypeOf(W.websocket_write).toEqualTypeOf(W.websocketWrite);
    expectTypeOf(W.websocket_broadcast).toEqualTypeOf(W.websocketBroadcast);
    expectTypeOf(W.websocket_close).toEqualTypeOf(W.websocketClose);
    expectTypeOf(W.http_response).toEqualTypeOf(W.httpResponse);
    expectTypeOf(W.http_vars).toEqualTypeOf(W.httpVars);
    expectTypeOf(W.static_text_service).toEqualTypeOf(W.staticTextService);
    expectTypeOf(W.static_file_service).toEqualTypeOf(W.staticFileService);
  });

  it('take and give what is written', () => {
    expectTypeOf(W.createContext).parameters.toEqualTypeOf<
      [
        port?: number | undefined,
        webpage?: W.WebPage | null | undefined,
        server?: boolean | undefined,
        isBinary?: boolean | undefined,
      ]
    >();
    expectTypeOf(W.createContext).returns.resolves.toEqualTypeOf<W.WsServer>();
    expectTypeOf(W.service).toEqualTypeOf<
      (target: W.Context, timeout?: number, options?: WaitOptions) => Promise<void>
    >();
    expectTypeOf(W.daemonize).toEqualTypeOf<(target: W.Context) => Disposable>();
    expectTypeOf(W.websocketWrite).toEqualTypeOf<(data: W.Data, ws: W.WsClient | W.WsConnection) => number>();
    expectTypeOf(W.websocketBroadcast).returns.toEqualTypeOf<ReadonlyMap<number, number>>();
    expectTypeOf(W.websocketClose).parameters.toEqualTypeOf<
      [target: W.Context | W.WsClient | null | undefined, code?: number | undefined, reason?: string | undefined]
    >();
    expectTypeOf(W.websocket).toEqualTypeOf<
      (url: string | URL, options?: W.ClientOptions) => Promise<W.WsConnection>
    >();
    expectTypeOf(W.httpVars).returns.resolves.toEqualTypeOf<W.Vars | null>();
    expectTypeOf(W.staticTextService).returns.toEqualTypeOf<W.WebPage>();
    expectTypeOf(W.staticFileService).parameter(0).toEqualTypeOf<string | URL>();
    expectTypeOf<W.Data>().toEqualTypeOf<string | ArrayBuffer | ArrayBufferView>();
  });
});

describe('callbacks', () => {
  it('are known by their id', () => {
    const check = async (server: W.WsServer): Promise<void> => {
      W.setCallback('established', (ws) => void expectTypeOf(ws).toEqualTypeOf<W.WsClient>(), server);
      W.setCallback(
        'receive',
        (data, ws, header) => {
          expectTypeOf(data).toEqualTypeOf<Uint8Array>();
          expectTypeOf(ws).toEqualTypeOf<W.WsClient>();
          expectTypeOf(header).toEqualTypeOf<W.FrameHeader | null>();
        },
        server,
      );
      W.setCallback('closed', (_ws, why) => void expectTypeOf(why).toEqualTypeOf<W.Disconnect>(), server);
      W.setCallback(
        'static',
        (socket, header) => {
          expectTypeOf(socket).toEqualTypeOf<W.HttpSocket>();
          expectTypeOf(header.headers).toEqualTypeOf<ReadonlyMap<string, string>>();
          return W.httpResponse(socket, 200, 'text/plain', 'x', { 'X-One': '1' });
        },
        server,
      );
      W.setCallback('closed', null, server);
      // @ts-expect-error there is no such callback
      W.setCallback('recieve', () => {}, server);
      // @ts-expect-error data comes first
      W.setCallback('receive', (ws: W.WsClient) => ws, server);
      // @ts-expect-error numbers are not sent
      W.websocketBroadcast(1, server);
      // @ts-expect-error nor are lists of texts
      W.websocketBroadcast(['a'], server);
      // @ts-expect-error it is the server's to say
      server.port = 1;
    };
    expectTypeOf(check).toBeFunction();
  });

  it('may be members of servers, which are emitters and iterations', () => {
    expectTypeOf<W.WsServer['receive']>().toEqualTypeOf<W.Callbacks['receive'] | null>();
    expectTypeOf<W.WsServer['static']>().toEqualTypeOf<W.WebPage | null>();
    expectTypeOf<W.WsServer>().toExtend<
      EventEmitter<W.ServerEvents> & AsyncIterable<W.ServerEvent> & AsyncDisposable
    >();
    expectTypeOf<W.WsConnection>().toExtend<EventEmitter<W.ServerEvents> & AsyncIterable<W.ServerEvent>>();
    expectTypeOf<W.WsClient>().toExtend<EventEmitter<W.ClientEvents> & AsyncIterable<W.Message>>();
    expectTypeOf<W.WsClient['server']>().toEqualTypeOf<W.WsServer | W.WsConnection>();
    expectTypeOf<W.WsClient['readyState']>().toEqualTypeOf<'connecting' | 'open' | 'closing' | 'closed'>();
    expectTypeOf<W.WsClient['close']>().returns.resolves.toEqualTypeOf<W.Disconnect>();
    expectTypeOf<W.WsServer['client_sockets']>().toEqualTypeOf<ReadonlyMap<string, W.WsClient>>();
    expectTypeOf<W.WsServer['server_socket']>().toEqualTypeOf<number | null>();
  });
});

describe('options', () => {
  it('hold all limits of servers, and no wrong ones', () => {
    expectTypeOf<{
      port: 0;
      dispatch: 'manual';
      isBinary: 'auto';
      io: 'inline';
      maxMessageBytes: 1;
      maxFragments: 1;
      pingIntervalMs: 1;
      maxQueuedRequests: 1;
      perMessageDeflate: true;
      allowedOrigins: string[];
    }>().toExtend<W.ServerOptions>();
    expectTypeOf<{ dispatch: 'sometimes' }>().not.toExtend<W.ServerOptions>();
    expectTypeOf<{ version: 0 }>().not.toExtend<W.ClientOptions>();
    expectTypeOf<W.ClientOptions['subprotocol']>().toEqualTypeOf<string | readonly string[] | null | undefined>();
    expectTypeOf<W.WebsocketsError['code']>().toEqualTypeOf<W.ErrorCode>();
    expectTypeOf<W.ErrorCode>().toEqualTypeOf<
      | 'ERR_BIND'
      | 'ERR_CONNECT'
      | 'ERR_TIMEOUT'
      | 'ERR_HANDSHAKE'
      | 'ERR_PROTOCOL'
      | 'ERR_TOO_BIG'
      | 'ERR_INVALID_UTF8'
      | 'ERR_INVALID_HEADER'
      | 'ERR_BODY'
      | 'ERR_CLOSED'
    >();
  });
});

describe('programs', () => {
  it('are written without a cast', () => {
    const inNodesManner = async (): Promise<void> => {
      await using server = await W.createServer({ port: 7681 });
      server.on('connection', (ws, header) => {
        expectTypeOf(header).toEqualTypeOf<W.RequestHeader>();
        ws.on('message', (data) => void ws.send(`You sent ${decoder.decode(data)}`));
      });
      for await (const event of server) {
        if (event.type === 'closed') expectTypeOf(event.why.code).toEqualTypeOf<number>();
        if (event.type === 'receive') expectTypeOf(event.message.text()).toEqualTypeOf<string>();
        // @ts-expect-error only messages have one
        if (event.type === 'established') event.message;
      }
    };
    const pages = async (): Promise<void> => {
      const page: W.WebPage = async (socket, header) => {
        const vars = await W.httpVars(socket, header);
        if (vars?.['symbol']) expectTypeOf(vars['symbol']).toEqualTypeOf<string>();
        for (const [name, value] of vars ?? []) expectTypeOf([name, value]).toEqualTypeOf<(string | null)[]>();
        return W.httpResponse(socket, { content: '<h1>Hello</h1>' });
      };
      const server = await W.createServer(9999, page, true);
      using _daemon = W.daemonize(server);
      const first = [...server.client_sockets.values()][0];
      if (first) W.websocketWrite('Hello', first);
    };
    const client = async (): Promise<void> => {
      const connection = await W.websocket(new URL('wss://localhost/'), { subprotocol: ['chat'], tls: { ca: '' } });
      W.setCallback('receive', (data) => console.log(decoder.decode(data)), connection);
      W.websocketWrite('Testing', connection);
      await W.service(connection);
      await W.websocketClose(connection);
    };
    for (const program of [inNodesManner, pages, client]) expectTypeOf(program).returns.resolves.toBeVoid();
  });
});
