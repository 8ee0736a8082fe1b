//! What is done to a sandbox, and what that means for what may be in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::server::text;
use super::model::{Asked, Checkpoint, Content, FILES, Life, Node, Sandbox, There, World};

/// One call, or more of them for one thing, on a sandbox.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Write {
        folder: &'static str,
        files: Vec<(&'static str, Content)>,
    },
    Remove {
        path: String,
    },
    Make {
        folder: &'static str,
    },
    Clear {
        folder: &'static str,
    },
    Execute {
        path: String,
        content: Content,
    },
    /// Files of a directory, as an archive.
    Upload {
        folder: &'static str,
        files: Vec<(&'static str, Content)>,
    },
    /// Everything, as an archive.
    Download,
    /// A command in the background that writes a file. It is stopped, or its end is waited for.
    Job {
        path: String,
        content: Content,
        stopped: bool,
    },
    Env {
        name: &'static str,
        value: Option<String>,
    },
    Checkpoint {
        name: String,
    },
    Restore {
        name: String,
    },
    Forget {
        name: String,
    },
    Snapshot {
        token: String,
        tag: String,
    },
    Fork {
        token: String,
    },
    Pause,
    Resume,
    Destroy,
}

/// A snapshot of the client that has the tag may lose it.
pub(super) fn may_take(world: &mut World, client: usize, tag: Option<&String>) {
    for one in world
        .snapshots
        .values_mut()
        .filter(|one| one.client == client)
    {
        if tag.is_some() && one.tags.contains(&tag.cloned()) {
            one.tags.insert(None);
        }
    }
}

/// It has lost it.
pub(super) fn took(world: &mut World, client: usize, tag: Option<&String>) {
    for one in world
        .snapshots
        .values_mut()
        .filter(|one| one.client == client)
    {
        if tag.is_some() && one.tags.remove(&tag.cloned()) && one.tags.is_empty() {
            one.tags.insert(None);
        }
    }
}

impl Op {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Write { .. } => "write",
            Self::Remove { .. } => "remove",
            Self::Make { .. } => "make a directory",
            Self::Clear { .. } => "remove a directory",
            Self::Execute { .. } => "execute",
            Self::Upload { .. } => "upload",
            Self::Download => "download",
            Self::Job { stopped: false, .. } => "job",
            Self::Job { stopped: true, .. } => "stop a job",
            Self::Env { .. } => "environment",
            Self::Checkpoint { .. } => "checkpoint",
            Self::Restore { .. } => "restore",
            Self::Forget { .. } => "delete a checkpoint",
            Self::Snapshot { .. } => "snapshot",
            Self::Fork { .. } => "fork",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Destroy => "destroy",
        }
    }

    /// Notes what may be from now on.
    pub(super) fn begin(&self, sandbox: &mut Sandbox) {
        match self {
            Self::Write { folder, files } | Self::Upload { folder, files } => {
                sandbox.change(|tree| {
                    tree.may(folder, Node::Folder);
                    for (file, content) in files {
                        tree.may(&format!("{folder}/{file}"), Node::File(*content));
                    }
                })
            }
            Self::Remove { path } => sandbox.change(|tree| tree.may(path, Node::Absent)),
            Self::Make { folder } => sandbox.change(|tree| tree.may(folder, Node::Folder)),
            Self::Clear { folder } => sandbox.change(|tree| {
                tree.may(folder, Node::Absent);
                for file in FILES {
                    tree.may(&format!("{folder}/{file}"), Node::Absent);
                }
            }),
            Self::Execute { path, content } | Self::Job { path, content, .. } => {
                sandbox.change(|tree| {
                    let (folder, _) = path.split_once('/').unwrap();
                    tree.may(folder, Node::Folder);
                    tree.may(path, Node::Begun(*content));
                })
            }
            Self::Restore { name } => {
                let before = sandbox.checkpoints[name].tree.clone();
                sandbox.trees.push(before);
            }
            Self::Forget { name } => {
                sandbox.checkpoints.get_mut(name).unwrap().there = There::Maybe;
            }
            Self::Env { name, value } => drop(sandbox.variable(name).insert(value.clone())),
            Self::Pause => drop(sandbox.lives.insert(Life::Paused)),
            Self::Resume => drop(sandbox.lives.insert(Life::Idle)),
            Self::Destroy => drop(sandbox.lives.insert(Life::Gone)),
            Self::Checkpoint { .. }
            | Self::Snapshot { .. }
            | Self::Fork { .. }
            | Self::Download => {}
        }
        if self.resumes() {
            sandbox.lives.insert(Life::Idle);
        }
    }

    /// Whether a paused sandbox is resumed for it.
    pub(super) fn resumes(&self) -> bool {
        matches!(
            self,
            Self::Write { .. }
                | Self::Remove { .. }
                | Self::Make { .. }
                | Self::Clear { .. }
                | Self::Execute { .. }
                | Self::Upload { .. }
                | Self::Download
                | Self::Job { .. }
        )
    }

    /// Notes what new things there may be, with the files that the sandbox may have now.
    pub(super) fn ask(&self, client: usize, now: &Sandbox, world: &mut World, id: &str) {
        let asked = |tag| Asked {
            client,
            tree: now.tree(),
            env: now.env.clone(),
            tag,
        };
        match self {
            Self::Checkpoint { name } => {
                let checkpoint = Checkpoint {
                    there: There::Maybe,
                    tree: now.tree(),
                };
                world
                    .sandbox(id)
                    .checkpoints
                    .insert(name.clone(), checkpoint);
            }
            Self::Snapshot { token, tag } => {
                may_take(world, client, Some(tag));
                world.asked.insert(token.clone(), asked(Some(tag.clone())));
            }
            Self::Fork { token } => drop(world.asked.insert(token.clone(), asked(None))),
            _ => {}
        }
    }

    /// The request that it begins with.
    pub(super) fn request(&self, client: usize, id: &str) -> (Method, String, Option<Value>) {
        let post = |path: String, body: Value| (Method::POST, path, Some(body));
        let sandbox = format!("/sandbox/{id}");
        match self {
            Self::Write { folder, files } => {
                let file = |(file, content): &(&str, Content)| json!({ "path": format!("{folder}/{file}"), "content": base64(*content) });
                let files: Vec<Value> = files.iter().map(file).collect();
                post(format!("/fs/{id}"), json!({ "files": files }))
            }
            Self::Remove { path } => post(format!("/fs/rm/{id}"), json!({ "path": path })),
            Self::Make { folder } => post(
                format!("/fs/mkdir/{id}"),
                json!({ "path": folder, "recursive": true }),
            ),
            Self::Clear { folder } => post(
                format!("/fs/rmdir/{id}"),
                json!({ "path": folder, "recursive": true }),
            ),
            Self::Execute { path, content } => {
                let (folder, _) = path.split_once('/').unwrap();
                let code = format!(
                    "import os; os.makedirs('{folder}', exist_ok=True); {}\n\
                     with open('{path}', 'w') as file: file.write(content)\n\
                     print(len(content))",
                    content.code()
                );
                post(
                    format!("{sandbox}/execute"),
                    json!({ "command": ["python3", "-c", code] }),
                )
            }
            Self::Upload { folder, .. } => (
                Method::POST,
                format!("/fs/upload/{id}?path={folder}&format=tar.gz"),
                None,
            ),
            Self::Download => (
                Method::GET,
                format!("/fs/download/{id}?format=tar.gz"),
                None,
            ),
            Self::Job {
                path,
                content,
                stopped,
            } => {
                let (folder, _) = path.split_once('/').unwrap();
                let text = String::from_utf8(content.bytes()).unwrap();
                let then = if *stopped { "exec sleep 600" } else { "exit" };
                let code = format!("mkdir -p {folder}; printf %s '{text}' >{path}; {then}");
                post(
                    format!("/sandbox/sandboxes/{id}/jobs"),
                    json!({ "command": ["sh", "-c", code] }),
                )
            }
            Self::Env { name, value } => (
                Method::PATCH,
                format!("/sandbox/env/{id}"),
                Some(json!({ "env": { *name: value } })),
            ),
            Self::Checkpoint { name } => {
                post(format!("{sandbox}/checkpoint"), json!({ "name": name }))
            }
            Self::Restore { name } => (
                Method::POST,
                format!("{sandbox}/checkpoint/{name}/restore"),
                None,
            ),
            Self::Forget { name } => (Method::DELETE, format!("{sandbox}/checkpoint/{name}"), None),
            Self::Snapshot { token, tag } => post(
                format!("{sandbox}/snapshot"),
                json!({ "name": format!("client{client}"), "tag": tag, "description": token }),
            ),
            Self::Fork { token } => post(format!("{sandbox}/fork"), json!({ "name": token })),
            Self::Pause => (Method::POST, format!("{sandbox}/pause"), None),
            Self::Resume => (Method::POST, format!("{sandbox}/resume"), None),
            Self::Destroy => (Method::DELETE, sandbox, None),
        }
    }

    /// Notes what is from now on.
    pub(super) fn answered(&self, id: &str, data: &Value, world: &mut World) {
        let sandbox = world.sandbox(id);
        match self {
            Self::Write { folder, files } | Self::Upload { folder, files } => {
                sandbox.change(|tree| {
                    tree.is(folder, Node::Folder);
                    for (file, content) in files {
                        tree.is(&format!("{folder}/{file}"), Node::File(*content));
                    }
                })
            }
            Self::Remove { path } => sandbox.change(|tree| tree.is(path, Node::Absent)),
            Self::Make { folder } => sandbox.change(|tree| tree.is(folder, Node::Folder)),
            Self::Clear { folder } => sandbox.change(|tree| {
                tree.is(folder, Node::Absent);
                for file in FILES {
                    tree.is(&format!("{folder}/{file}"), Node::Absent);
                }
            }),
            Self::Env { name, value } => *sandbox.variable(name) = [value.clone()].into(),
            // Their ends are what matters.
            Self::Execute { .. } | Self::Job { .. } | Self::Download => {}
            Self::Checkpoint { name } => {
                sandbox.checkpoints.get_mut(name).unwrap().there = There::Yes;
            }
            Self::Restore { .. } => drop(sandbox.trees.remove(0)),
            Self::Forget { name } => drop(sandbox.checkpoints.remove(name)),
            Self::Snapshot { token, tag } => {
                let asked = world.asked.remove(token).unwrap();
                took(world, asked.client, Some(tag));
                let id = text(&data["snapshotId"]).parse().unwrap();
                world.snapshots.insert(id, asked.snapshot());
            }
            Self::Fork { token } => {
                let asked = world.asked.remove(token).unwrap();
                world
                    .sandboxes
                    .insert(text(&data["sandboxId"]), asked.sandbox());
            }
            // With something else at once, that may have resumed it.
            Self::Pause => drop(sandbox.lives.insert(Life::Paused)),
            Self::Resume => sandbox.is(Life::Idle),
            Self::Destroy => {
                world.sandboxes.remove(id);
                world.gone.push(id.to_owned());
            }
        }
    }
}

pub(super) fn base64(content: Content) -> String {
    STANDARD.encode(content.bytes())
}
