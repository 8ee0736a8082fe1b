//! The one table of calls: which method and path is which handler, who may call it, what it takes and
//! what it answers. The router and the OpenAPI document are both made from it, so that neither can have
//! a call that the other has not.

mod table;

use axum::http::{Method, StatusCode};
use axum::routing::MethodRouter;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::api::state::ApiState;
use crate::api::wire::schema;

pub(crate) use self::table::all;

/// Who may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Whoever has a key.
    Key,
    /// Anybody: what it shows is public, or the id in the path is a capability.
    Public,
}

/// Makes a schema with the definitions of a document.
pub(crate) type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What a request carries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Input {
    /// Nothing.
    None,
    /// JSON. An empty body counts as `{}`.
    Json(SchemaOf),
    /// Bytes as they are.
    Bytes,
}

/// What a successful answer carries.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Output {
    /// JSON.
    Json(SchemaOf),
    /// JSON that may come after the status line, so that it may be a failure after all.
    Held(SchemaOf),
    /// Bytes of this type.
    Bytes(&'static str),
}

/// A parameter of the query.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
}

/// What may stand in a query's parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Flag,
    /// A whole number of at least this much.
    Number(u32),
    /// A duration such as `30s`.
    Duration,
    /// One of these words.
    Word(fn() -> Vec<String>),
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    /// The name of the call in programs that are generated from the document.
    pub(crate) name: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) access: Access,
    pub(crate) input: Input,
    pub(crate) query: Vec<Parameter>,
    pub(crate) status: StatusCode,
    pub(crate) output: Output,
    /// Whether it is served while the server shuts down: it begins nothing.
    pub(crate) in_drain: bool,
    pub(crate) handler: MethodRouter<ApiState>,
}

impl Route {
    fn new(
        method: Method,
        path: &'static str,
        name: &'static str,
        summary: &'static str,
        handler: MethodRouter<ApiState>,
    ) -> Self {
        let in_drain = method == Method::GET;
        Self {
            method,
            path,
            name,
            summary,
            access: Access::Key,
            input: Input::None,
            query: Vec::new(),
            status: StatusCode::OK,
            output: Output::Json(schema::done),
            in_drain,
            handler,
        }
    }

    /// Anybody may call it.
    fn public(mut self) -> Self {
        self.access = Access::Public;
        self
    }

    /// It takes JSON.
    fn takes<T: JsonSchema>(mut self) -> Self {
        self.input = Input::Json(schema::plain::<T>);
        self
    }

    /// It takes bytes.
    fn takes_bytes(mut self) -> Self {
        self.input = Input::Bytes;
        self
    }

    /// It answers with `T` in the usual envelope.
    fn gives<T: JsonSchema>(mut self) -> Self {
        self.output = Output::Json(schema::enveloped::<T>);
        self
    }

    /// As [`Route::gives`], with status 201.
    fn creates<T: JsonSchema>(mut self) -> Self {
        self.status = StatusCode::CREATED;
        self.gives::<T>()
    }

    /// As [`Route::gives`], but the answer may be held back.
    fn holds<T: JsonSchema>(mut self) -> Self {
        self.output = Output::Held(schema::enveloped::<T>);
        self
    }

    /// It answers otherwise.
    fn answers(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// It is served while the server shuts down.
    fn in_drain(mut self) -> Self {
        self.in_drain = true;
        self
    }

    fn parameter(mut self, name: &'static str, kind: Kind, required: bool) -> Self {
        self.query.push(Parameter {
            name,
            kind,
            required,
        });
        self
    }

    /// A parameter of the query.
    fn query(self, name: &'static str, kind: Kind) -> Self {
        self.parameter(name, kind, false)
    }

    /// `limit` and `offset`.
    fn paged(self) -> Self {
        self.query("limit", Kind::Number(1))
            .query("offset", Kind::Number(0))
    }
}
