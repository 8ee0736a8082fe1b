//! Traces of the server, to an OpenTelemetry collector that somebody has named.
//!
//! What is not a setting of ours is read from the environment as OpenTelemetry specifies it:
//! `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`,
//! `OTEL_TRACES_SAMPLER`, `OTEL_BSP_SCHEDULE_DELAY` and their relatives.

use async_trait::async_trait;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::exit::CliError;
use crate::sandbox::TRACE;

/// What the service is called where nobody has named it.
const SERVICE: &str = "belljar";

/// The most that is read of a collector's answer, in bytes.
const ANSWER_BYTES: usize = 64 * 1024;

/// Collects spans and sends them, in batches and from a thread of its own.
#[derive(Debug)]
pub(super) struct Telemetry {
    provider: SdkTracerProvider,
}

impl Telemetry {
    /// To the collector whose base URL for OTLP over HTTP is `endpoint`. Requests are made on `runtime`.
    ///
    /// # Errors
    /// [`CliError::Url`] if that cannot be one.
    pub(super) fn to(endpoint: &str, runtime: &Handle) -> Result<Self, CliError> {
        let wrong = |reason: String| CliError::Url {
            url: endpoint.to_owned(),
            reason,
        };
        let parsed = reqwest::Url::parse(endpoint).map_err(|error| wrong(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(wrong("it must be http:// or https://".to_owned()));
        }
        // Refused if there is one already, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .user_agent(concat!("belljar/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Sender {
                http,
                runtime: runtime.clone(),
            })
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let mut resource = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            resource = resource.with_service_name(SERVICE);
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        Ok(Self { provider })
    }

    /// What gives it the spans.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: tracing::Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(SERVICE))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(filter_fn(|metadata| metadata.target() == TRACE))
    }

    /// Sends what is left. Waits for the collector, not for ever; blocks its thread for that.
    pub(super) fn end(&self) {
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
