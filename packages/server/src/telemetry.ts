import type { TraceContext } from './http/trace-context.ts';

/** One request of a trace. */
export interface RequestSpan {
  /** The trace that the request belongs to; a new one where it came without. */
  readonly traceId: string;
  end(status: number): void;
}

/** Records what requests took, for whoever collects traces. */
export interface Tracer {
  start(name: string, route: string, parent: TraceContext | undefined): RequestSpan;
  /** Sends what is left. */
  close(): Promise<void>;
}

export interface TelemetryOptions {
  /** Where traces go: the base URL of an OTLP/HTTP collector, such as http://localhost:4318. */
  readonly endpoint: string;
  /** Share of the traces that begin here and are kept, 0 to 1. Default 1. What a caller decided is followed. */
  readonly share?: number;
  readonly serviceName?: string;
  readonly version: string;
}

/** Opens OpenTelemetry. Its libraries are loaded only here, so that who does not trace does not pay. */
export async function openTelemetry(options: TelemetryOptions): Promise<Tracer> {
  const [api, sdk, exporter, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const { endpoint, share = 1, serviceName = 'verdict', version } = options;
  const processor = new sdk.BatchSpanProcessor({
    exporter: new exporter.OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` }),
  });
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(share) }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('@verdict/server', version);
  const { SpanKind, SpanStatusCode, ROOT_CONTEXT, trace } = api;
  return {
    start(name, route, parent) {
      const context =
        parent === undefined
          ? ROOT_CONTEXT
          : trace.setSpanContext(ROOT_CONTEXT, {
              traceId: parent.traceId,
              spanId: parent.parentId,
              traceFlags: Number.parseInt(parent.flags, 16) & 1,
              isRemote: true,
            });
      const span = tracer.startSpan(
        name,
        {
          kind: SpanKind.SERVER,
          attributes: { 'http.route': route, 'http.request.method': name.split(' ')[0] },
        },
        context,
      );
      return {
        traceId: span.spanContext().traceId,
        end(status) {
          span.setAttribute('http.response.status_code', status);
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
    close: async () => provider.shutdown(),
  };
}
