//! Traces, to an OpenTelemetry collector that somebody has named, and from the clients whose traces they
//! are part of.
//!
//! Where Belljar is built without the feature `otel`, `no_otel` takes the place of this module.
//!
//! What is not a setting of ours is read from the environment as OpenTelemetry specifies it:
//! `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`,
//! `OTEL_TRACES_SAMPLER`, `OTEL_BSP_SCHEDULE_DELAY` and their relatives.

use async_trait::async_trait;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tokio::runtime::Handle;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// What the tracer is called, and the service if nobody has named it.
const NAME: &str = "belljar";

/// The most that is read of a collector's answer, in bytes.
const ANSWER_BYTES: usize = 64 * 1024;

/// Makes a span part of the trace that a client says it is in (W3C Trace Context).
pub(crate) fn adopt(span: &tracing::Span, headers: &hyper::HeaderMap) {
    let context = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Refused by spans that nobody exports.
    let _adopted = span.set_parent(context);
}

/// Collects spans and sends them, in batches and from a thread of its own.
#[derive(Debug)]
pub(crate) struct Telemetry {
    provider: SdkTracerProvider,
}

impl Telemetry {
    /// To the collector whose base URL for OTLP over HTTP is `endpoint`. `named` is whether the environment
    /// says what the service is called. Requests are made on `runtime`.
    ///
    /// # Errors
    /// Why that cannot be one.
    pub(crate) fn to(endpoint: &str, named: bool, runtime: &Handle) -> Result<Self, String> {
        let parsed = reqwest::Url::parse(endpoint).map_err(|error| error.to_string())?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err("it must be http:// or https://".to_owned());
        }
        // Refused if there is one already, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .user_agent(concat!("belljar/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.to_string())?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender {
                http,
                runtime: runtime.clone(),
            })
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .map_err(|error| error.to_string())?;
        let mut resource = Resource::builder();
        if !named {
            resource = resource.with_service_name(NAME);
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        Ok(Self { provider })
    }

    /// What makes its spans.
    pub(crate) fn tracer(&self) -> SdkTracer {
        self.provider.tracer(NAME)
    }

    /// Sends what is left. Waits for the collector, not for ever; blocks its thread for that.
    pub(crate) fn end(&self) {
        if let Err(error) = self.provider.shutdown() {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// Sends what the thread of the traces hands over on the runtime's threads.
#[derive(Debug)]
struct Sender {
    http: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move {
            let mut response = http.execute(request).await?;
            let mut answer = Response::new(Vec::new());
            *answer.status_mut() = response.status();
            *answer.headers_mut() = std::mem::take(response.headers_mut());
            while let Some(piece) = response.chunk().await? {
                if answer.body().len() + piece.len() > ANSWER_BYTES {
                    return Err("the collector's answer is too long".into());
                }
                answer.body_mut().extend_from_slice(&piece);
            }
            Ok::<_, HttpError>(answer.map(Bytes::from))
        });
        sent.await?
    }
}
