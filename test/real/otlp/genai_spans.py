"""Two calls of a model as OpenTelemetry's SDK for Python traces them. Arguments: the protocol, the session."""

import sys

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

protocol, session = sys.argv[1:]
exporter = GrpcExporter() if protocol == "grpc" else HttpExporter()
results = []
export = exporter.export


def noted(spans):
    result = export(spans)
    results.append(result.name)
    return result


exporter.export = noted
provider = TracerProvider(resource=Resource({"service.name": "ranker", "team.id": "search"}))
provider.add_span_processor(BatchSpanProcessor(exporter))
tracer = provider.get_tracer("ranker.instrumentation", "1.0.0")
with tracer.start_as_current_span("GET /rank", kind=SpanKind.SERVER):
    for number in (1, 2):
        with tracer.start_as_current_span("chat claude-sonnet-4-5", kind=SpanKind.CLIENT) as span:
            span.set_attributes(
                {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.provider.name": "anthropic",
                    "gen_ai.request.model": "claude-sonnet-4-5",
                    "gen_ai.response.model": "claude-sonnet-4-5-20250929",
                    "gen_ai.response.id": f"msg_{session[:8]}-{number}",
                    "gen_ai.conversation.id": session,
                    "gen_ai.usage.input_tokens": 16012,
                    "gen_ai.usage.output_tokens": 340,
                    "gen_ai.usage.cache_read.input_tokens": 15200,
                    "gen_ai.usage.cache_creation.input_tokens": 800,
                }
            )
provider.shutdown()
print(" ".join(results))
