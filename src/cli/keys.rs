//! `belljar keys`: who may ask a server.
//!
//! Works on the records alone, which several programs may have open, and so beside a running server,
//! which notices within two seconds.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::data::DataArgs;
use super::exit::CliError;
use super::output;
use super::table::Table;
use crate::records::{KeyLimits, KeyRecord, OrgRecord};
use crate::{
    ByteSize, Clock, KeyId, KeyOptions, Ledger, OrgId, SandboxError, SystemClock, Timestamp,
};

/// `belljar keys`.
#[derive(Args, Debug)]
pub(crate) struct KeysArgs {
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and print it, which happens only once: what is kept is its digest
    #[command(after_help = "Example:\n  export BELLJAR_API_KEY=$(belljar keys create --org acme)")]
    Create {
        /// The name of its organisation, which is made if there is none
        #[arg(long, value_name = "ORG", default_value = "default")]
        org: String,
        /// A name for people
        #[arg(long, value_name = "NAME", default_value = "key")]
        name: String,
        /// Requests per second [default: as the server has it for all keys]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        rate: Option<u32>,
        /// Requests at once [default: as many as in two seconds]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        burst: Option<u32>,
        /// The largest request body [default: as the server has it for all keys]
        #[arg(long, value_name = "SIZE", value_parser = |text: &str| ByteSize::parse(text))]
        max_body: Option<ByteSize>,
    },
    /// List keys, oldest first
    #[command(visible_alias = "ls")]
    #[command(after_help = "Example:\n  belljar keys list --org acme")]
    List {
        /// Only those of this organisation, by name or id
        #[arg(long, value_name = "ORG")]
        org: Option<String>,
    },
    /// Refuse keys from now on; they stay in the list
    #[command(visible_alias = "rm")]
    #[command(after_help = "Example:\n  belljar keys revoke key_…")]
    Revoke {
        /// Ids of keys, as `list` shows them
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<KeyId>,
    },
}

/// Does what `args` say.
pub(super) async fn keys(args: KeysArgs, data: &DataArgs) -> Result<ExitCode, CliError> {
    let makes = matches!(args.action, Action::Create { .. });
    let ledger = Ledger::start(Box::new(data.records(makes)?));
    let done = act(args, &ledger).await;
    ledger.close().await;
    done.map(|()| ExitCode::SUCCESS)
}

async fn act(args: KeysArgs, ledger: &Ledger) -> Result<(), CliError> {
    let json = args.json;
    match args.action {
        Action::Create {
            org,
            name,
            rate,
            burst,
            max_body,
        } => {
            let limits = KeyLimits {
                requests_per_second: rate,
                burst,
                body: max_body,
            };
            let options = KeyOptions::new(org, name).limits(limits);
            let key = ledger.create_key(options, SystemClock.now()).await?;
            if json {
                let mut all = describe(&key.record, &orgs(ledger).await?);
                if let Some(fields) = all.as_object_mut() {
                    fields.insert("key".to_owned(), key.text().into());
                }
                output::print(format_args!("{all:#}"));
            } else {
                output::say(format_args!("{} is shown only now", key.record.id));
                output::print(key.text());
            }
            Ok(())
        }
        Action::List { org } => list(ledger, org.as_deref(), json).await,
        Action::Revoke { keys } => {
            for id in keys {
                let record = ledger.revoke_key(&id, SystemClock.now()).await?;
                if json {
                    output::print(describe(&record, &orgs(ledger).await?));
                } else {
                    output::say(format_args!("revoked {} ({})", record.id, record.name));
                }
            }
            Ok(())
        }
    }
}

async fn orgs(ledger: &Ledger) -> Result<Vec<OrgRecord>, CliError> {
    let orgs = ledger.read(|records| records.orgs()).await;
    Ok(orgs.map_err(SandboxError::from)?)
}

async fn list(ledger: &Ledger, org: Option<&str>, json: bool) -> Result<(), CliError> {
    let orgs = orgs(ledger).await?;
    let wanted: Option<OrgId> = match org {
        None => None,
        Some(named) => Some(super::data::one_org(&orgs, named)?),
    };
    let keys = ledger.list_keys(wanted.as_ref()).await?;
    if json {
        let all: Vec<Value> = keys.iter().map(|key| describe(key, &orgs)).collect();
        output::print(format_args!("{:#}", Value::from(all)));
        return Ok(());
    }
    let mut table = Table::new([
        "ID",
        "ORG",
        "NAME",
        "CREATED",
        "LAST USED",
        "STATE",
        "LIMITS",
    ]);
    for key in &keys {
        table.row([
            key.id.to_string(),
            org_name(key, &orgs),
            key.name.clone(),
            key.created_at.to_string(),
            key.last_used.map_or("never".to_owned(), text),
            key.revoked
                .map_or("active".to_owned(), |at| format!("revoked {at}")),
            limits(&key.limits),
        ]);
    }
    table.print();
    Ok(())
}

fn text(time: Timestamp) -> String {
    time.to_string()
}

fn org_name(key: &KeyRecord, orgs: &[OrgRecord]) -> String {
    orgs.iter()
        .find(|org| org.id == key.org)
        .map_or_else(|| key.org.to_string(), |org| org.name.clone())
}

fn limits(limits: &KeyLimits) -> String {
    let parts = [
        limits.requests_per_second.map(|n| format!("{n}/s")),
        limits.burst.map(|n| format!("burst {n}")),
        limits.body.map(|size| format!("body {size}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn describe(key: &KeyRecord, orgs: &[OrgRecord]) -> Value {
    json!({
        "id": key.id.as_str(),
        "orgId": key.org.as_str(),
        "org": org_name(key, orgs),
        "name": key.name,
        "createdAt": key.created_at.to_string(),
        "lastUsed": key.last_used.map(text),
        "revoked": key.revoked.map(text),
        "limits": {
            "requestsPerSecond": key.limits.requests_per_second,
            "burst": key.limits.burst,
            "body": key.limits.body.map(|size| size.to_string()),
        },
    })
}
