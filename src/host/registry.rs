//! `belljar:registry` over [`crate::registry`]; see `wit/deps/registry`.
//!
//! A request runs on by itself, beside the guest: a guest can have many and wait for any of them.

mod bindings;

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

use self::bindings::belljar::registry::npm::{self, Host, HostRequest, Problem};
use super::guest::Guest;
use crate::registry::{Access, Content, Error, Question, Source};

/// Links it.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    npm::add_to_linker::<Guest, HasRegistry>(linker, view)
}

struct HasRegistry;

impl HasData for HasRegistry {
    type Data<'a> = View<'a>;
}

struct View<'a>(&'a mut Guest);

fn view(guest: &mut Guest) -> View<'_> {
    View(guest)
}

/// A document on its way: the resource `request`.
#[expect(unreachable_pub, reason = "the bindings re-export it")]
pub struct Pending {
    answer: Answer,
    /// How much of it the guest has read.
    read: u64,
    /// Gets it; there is none for what is denied.
    task: Option<JoinHandle<()>>,
}

type Answer = watch::Receiver<Option<Result<Content, Problem>>>;

impl Pending {
    fn denied(why: &str) -> Self {
        let (_, answer) = watch::channel(Some(Err(Problem::Denied(why.to_owned()))));
        Self {
            answer,
            read: 0,
            task: None,
        }
    }

    fn get(source: Arc<Source>, question: Question) -> Self {
        let (tell, answer) = watch::channel(None);
        let task = tokio::spawn(async move {
            let got = source.get(&question).await.map_err(|error| {
                tracing::debug!(%error, "a guest does not get what it asked of the registry");
                problem(&error)
            });
            tell.send_replace(Some(got));
        });
        Self {
            answer,
            read: 0,
            task: Some(task),
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// What a guest is told.
fn problem(error: &Error) -> Problem {
    match error {
        Error::InvalidName { .. } | Error::InvalidRequest { .. } => {
            Problem::InvalidName(error.to_string())
        }
        Error::NotFound { .. } => Problem::NotFound,
        Error::Refused { status, .. } => Problem::Refused(*status),
        Error::TooLarge { .. } => Problem::TooLarge,
        Error::Integrity { wanted, got, .. } => {
            Problem::Integrity(format!("wanted {wanted}, got {got}"))
        }
        Error::NoRegistry { .. }
        | Error::Configuration { .. }
        | Error::Unreachable { .. }
        | Error::Cache { .. } => Problem::Unreachable(error.to_string()),
    }
}

/// Waits for an answer.
async fn answered(answer: &mut Answer) -> Result<Content, Problem> {
    match answer.wait_for(Option::is_some).await.as_deref() {
        Ok(Some(answer)) => answer.clone(),
        // It panicked, or the engine is being closed.
        Ok(None) | Err(_) => Err(Problem::Unreachable("the host has given up".to_owned())),
    }
}

/// What a pollable of a request waits for.
struct Ready(Answer);

#[async_trait]
impl Pollable for Ready {
    async fn ready(&mut self) {
        let _whatever_it_is = answered(&mut self.0).await;
    }
}

impl View<'_> {
    fn table(&mut self) -> &mut ResourceTable {
        &mut self.0.table
    }

    fn ask(&mut self, question: Question) -> wasmtime::Result<Resource<Pending>> {
        let pending = match &self.0.packages {
            Access::Denied(why) => Pending::denied(why),
            Access::Allowed(source) => Pending::get(Arc::clone(source), question),
        };
        Ok(self.table().push(pending)?)
    }
}

impl Host for View<'_> {
    fn metadata(&mut self, name: String) -> wasmtime::Result<Resource<Pending>> {
        self.ask(Question::Metadata { name })
    }

    fn tarball(
        &mut self,
        name: String,
        version: String,
        url: String,
        integrity: String,
    ) -> wasmtime::Result<Resource<Pending>> {
        self.ask(Question::Tarball {
            name,
            version,
            url,
            integrity,
        })
    }
}

impl HostRequest for View<'_> {
    fn subscribe(&mut self, this: Resource<Pending>) -> wasmtime::Result<Resource<DynPollable>> {
        let ready = Ready(self.table().get(&this)?.answer.clone());
        let ready = self.table().push(ready)?;
        subscribe(self.table(), ready)
    }

    async fn read(
        &mut self,
        this: Resource<Pending>,
        max: u32,
    ) -> wasmtime::Result<Result<Vec<u8>, Problem>> {
        let mut answer = self.table().get(&this)?.answer.clone();
        let control = Arc::clone(&self.0.control);
        let content = tokio::select! {
            biased;
            answer = answered(&mut answer) => answer,
            () = control.pending() => Err(Problem::Interrupted),
        };
        let content = match content {
            Ok(content) => content,
            Err(problem) => return Ok(Err(problem)),
        };
        let pending = self.table().get_mut(&this)?;
        let max = usize::try_from(max).unwrap_or(usize::MAX);
        match content.read_at(pending.read, max) {
            Ok(bytes) => {
                pending.read = pending.read.saturating_add(bytes.len() as u64);
                Ok(Ok(bytes.into()))
            }
            Err(error) => Ok(Err(problem(&error))),
        }
    }

    fn drop(&mut self, this: Resource<Pending>) -> wasmtime::Result<()> {
        self.table().delete(this)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
