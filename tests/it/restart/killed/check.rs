//! What is found after a restart is what was promised, and is from then on all that there may be.

use std::collections::BTreeSet;

use belljar::{
    Belljar, ErrorKind, ExecutionStatus, JobStatus, Sandbox, SandboxFilter, SandboxOptions,
    SandboxStatus, SnapshotFilter, StoreReport,
};
use std::path::Path;

use super::model::{
    self, FILES, FOLDERS, Found, Life, Node, Random, There, Tree, VARIABLES, World,
};
use crate::guests::within;

/// Checks everything, some of it only now and then: that is slow.
pub(super) async fn everything(
    belljar: &Belljar,
    world: &mut World,
    random: &mut Random,
    data: &Path,
) {
    clean(&store(belljar).await);
    sandboxes(belljar, world).await;
    oneshots(belljar, world, data).await;
    let ids: Vec<String> = world.sandboxes.keys().cloned().collect();
    for id in ids {
        let handle = belljar.sandbox(&id.parse().unwrap()).unwrap();
        let sandbox = world.sandbox(&id);
        checkpoints(&handle, sandbox).await;
        executions(belljar, sandbox, data).await;
        jobs(belljar, sandbox).await;
        // Whoever looks resumes it.
        if !sandbox.lives.contains(&Life::Paused) || random.one_in(3) {
            sandbox.is(Life::Idle);
            let found = find_all(&handle).await;
            let fitting = sandbox.trees.iter().find_map(|tree| fit(tree, &found));
            let tree = fitting.unwrap_or_else(|| {
                panic!(
                    "sandbox {id} has {found:?}, which is none of {:#?}",
                    sandbox.trees
                )
            });
            sandbox.trees = vec![tree];
        }
    }
    world.asked.retain(|_, asked| asked.tag.is_some());
    snapshots(belljar, world).await;
    use_some(belljar, world, random).await;
    if random.one_in(4) {
        let report = belljar.collect_garbage().await.unwrap();
        let after = store(belljar).await;
        clean(&after);
        assert_eq!(after.unreachable, 0, "{report:?}, {after:?}");
    }
}

async fn store(belljar: &Belljar) -> StoreReport {
    within("a check of the store", belljar.check_store())
        .await
        .unwrap()
}

#[track_caller]
fn clean(report: &StoreReport) {
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!(report.foreign, Vec::<String>::new());
}

/// Of a sandbox for one command nothing is left but what is recorded of it.
async fn oneshots(belljar: &Belljar, world: &mut World, data: &Path) {
    for oneshot in std::mem::take(&mut world.oneshots) {
        let id = oneshot.id.parse().unwrap();
        let gone = belljar.sandbox(&id).unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound, "{oneshot:?}");
        assert!(!data.join("sandboxes").join(&oneshot.id).exists());
        assert!(belljar.stream(&oneshot.stdin).is_none(), "{oneshot:?}");
        let record = belljar.sandbox_record(&id).await;
        let execution = belljar.execution(&oneshot.execution).await;
        let (record, execution) = match (record, execution) {
            (Ok(record), Ok(execution)) => (record, execution),
            // Accepted, which is no promise, and then cut off before it was recorded.
            found if !oneshot.ended => {
                let both = (found.0.err(), found.1.err());
                for error in [both.0, both.1].into_iter().flatten() {
                    assert_eq!(error.kind(), ErrorKind::NotFound, "{oneshot:?}: {error}");
                }
                continue;
            }
            found => panic!("{oneshot:?}: {found:?}"),
        };
        assert!(!record.status.is_live(), "{record:#?}");
        assert!(execution.status.is_terminal(), "{execution:#?}");
        let completed = execution.status == ExecutionStatus::Completed;
        assert!(completed || !oneshot.ended, "{oneshot:?}: {execution:#?}");
        let output = data.join("output").join(oneshot.stdout.as_str());
        if !completed || !output.exists() {
            continue;
        }
        let stream = belljar.stream(&oneshot.stdout).unwrap();
        let output = within("its output", stream.reader().read_to_end()).await;
        assert_eq!(output.unwrap(), oneshot.output.as_bytes(), "{oneshot:?}");
    }
}

/// Those that are there are known or were asked for; those that are not may be gone.
async fn sandboxes(belljar: &Belljar, world: &mut World) {
    let mut filter = SandboxFilter::default();
    (filter.live, filter.limit) = (Some(true), 1000);
    let (live, _) = belljar.sandboxes(filter).await.unwrap();
    for record in &live {
        let id = record.id.as_str();
        assert!(
            !world.gone.iter().any(|gone| gone == id),
            "{id} was destroyed: {record:#?}"
        );
        if !world.sandboxes.contains_key(id) {
            let asked = record
                .name
                .as_ref()
                .and_then(|token| world.asked.remove(token));
            let asked = asked.unwrap_or_else(|| panic!("nobody asked for {record:#?}"));
            world.sandboxes.insert(id.to_owned(), asked.sandbox());
        }
        let life = match record.status {
            SandboxStatus::Idle => Life::Idle,
            SandboxStatus::Paused => Life::Paused,
            _ => panic!("{record:#?}"),
        };
        let sandbox = world.sandbox(id);
        assert!(
            sandbox.lives.contains(&life),
            "{:?}: {record:#?}",
            sandbox.lives
        );
        sandbox.is(life);
        for name in VARIABLES {
            let value = record.env.get(name).cloned();
            let variable = sandbox.variable(name);
            assert!(
                variable.contains(&value),
                "{name}: {variable:?}: {record:#?}"
            );
            *variable = [value].into();
        }
    }
    let there: BTreeSet<&str> = live.iter().map(|record| record.id.as_str()).collect();
    let missing = world
        .sandboxes
        .iter()
        .filter(|(id, _)| !there.contains(id.as_str()));
    let missing: Vec<String> = missing.map(|(id, _)| id.clone()).collect();
    for id in missing {
        let sandbox = world.sandboxes.remove(&id).unwrap();
        let record = belljar.sandbox_record(&id.parse().unwrap()).await;
        assert!(
            sandbox.lives.contains(&Life::Gone),
            "{id} is gone: {sandbox:#?}: {record:#?}"
        );
        world.gone.push(id);
    }
    for id in &world.gone {
        let id = id.parse().unwrap();
        assert_eq!(
            belljar.sandbox(&id).unwrap_err().kind(),
            ErrorKind::NotFound
        );
        let record = belljar.sandbox_record(&id).await.unwrap();
        assert!(!record.status.is_live(), "{record:#?}");
    }
}

async fn checkpoints(handle: &Sandbox, sandbox: &mut model::Sandbox) {
    let found = handle.checkpoints().await.unwrap();
    let found: BTreeSet<String> = found.into_iter().map(|one| one.name).collect();
    for name in &found {
        assert!(
            sandbox.checkpoints.contains_key(name),
            "{name} was deleted: {sandbox:#?}"
        );
    }
    sandbox.checkpoints.retain(|name, checkpoint| {
        let there = found.contains(name);
        assert!(
            there || checkpoint.there == There::Maybe,
            "{name} is gone: {found:?}"
        );
        checkpoint.there = There::Yes;
        there
    });
}

/// What was answered to have ended has, and so has what is recorded to have.
async fn executions(belljar: &Belljar, sandbox: &mut model::Sandbox, data: &Path) {
    let last = sandbox.executions.len();
    for (index, execution) in sandbox.executions.iter_mut().enumerate() {
        let record = belljar.execution(&execution.id).await;
        let record = match record {
            Ok(record) => record,
            // Accepted, which is no promise, and then cut off before it was recorded.
            Err(error) if error.kind() == ErrorKind::NotFound && !execution.ended => continue,
            Err(error) => panic!("{execution:?}: {error}"),
        };
        assert!(record.status.is_terminal(), "{record:#?}");
        let ended = record.status == ExecutionStatus::Completed;
        assert!(
            ended || !execution.ended,
            "its end was answered: {record:#?}"
        );
        if !ended {
            continue;
        }
        assert_eq!(record.exit_code, Some(0), "{record:#?}");
        // Recorded and not answered: nothing else was begun after it.
        if !execution.ended && index + 1 == last {
            for tree in &mut sandbox.trees {
                tree.is(&execution.path, Node::File(execution.content));
            }
        }
        execution.ended = true;
        // Output goes to disk behind everybody's back; what is there is whole.
        if data.join("output").join(execution.stdout.as_str()).exists() {
            let stream = belljar.stream(&execution.stdout).unwrap();
            let output = within("its output", stream.reader().read_to_end()).await;
            assert_eq!(output.unwrap(), execution.output.as_bytes());
        }
    }
    sandbox.executions.retain(|execution| execution.ended);
}

/// Every job that was answered to have been started is known, and has ended: as it was said, by itself,
/// or with the server.
async fn jobs(belljar: &Belljar, sandbox: &mut model::Sandbox) {
    let last = sandbox.jobs.len();
    for (index, job) in sandbox.jobs.iter().enumerate() {
        let record = belljar.job(&job.id).await.unwrap();
        assert!(record.completed_at.is_some(), "{record:#?}");
        let by_itself = match record.status {
            JobStatus::Completed => !job.stopped,
            JobStatus::Cancelled => {
                assert!(job.stopped, "{record:#?}");
                false
            }
            JobStatus::Failed => {
                let said = record.error.as_deref();
                assert_eq!(said, Some(super::super::STOPPED), "{record:#?}");
                assert!(!job.ended, "its end was answered: {record:#?}");
                false
            }
            _ => panic!("{record:#?}"),
        };
        if by_itself {
            assert_eq!(record.exit_code, Some(0), "{record:#?}");
        }
        // Recorded and not answered: nothing else was begun after it.
        if by_itself && !job.ended && index + 1 == last {
            for tree in &mut sandbox.trees {
                tree.is(&job.path, Node::File(job.content));
            }
        }
    }
    sandbox.jobs.clear();
}

async fn snapshots(belljar: &Belljar, world: &mut World) {
    let mut filter = SnapshotFilter::default();
    filter.limit = 1000;
    let (found, _) = belljar.snapshots(&filter).await.unwrap();
    let mut names = BTreeSet::new();
    for record in &found {
        if !world.snapshots.contains_key(&record.id) {
            let token = record.description.as_ref();
            let asked = token.and_then(|token| world.asked.remove(token));
            let asked = asked.unwrap_or_else(|| panic!("nobody asked for {record:#?}"));
            world.snapshots.insert(record.id.clone(), asked.snapshot());
        }
        let snapshot = world.snapshots.get_mut(&record.id).unwrap();
        assert!(
            snapshot.tags.contains(&record.tag),
            "{snapshot:#?}: {record:#?}"
        );
        snapshot.tags = [record.tag.clone()].into();
        snapshot.there = There::Yes;
        let tag = record.tag.clone();
        assert!(
            tag.is_none() || names.insert((record.name.clone(), tag)),
            "two have the same tag: {found:#?}"
        );
    }
    world.snapshots.retain(|id, snapshot| {
        let there = found.iter().any(|record| record.id == *id);
        assert!(
            there || snapshot.there == There::Maybe,
            "{id} is gone: {snapshot:#?}"
        );
        there
    });
    // Whatever was not found was not made.
    world.asked.clear();
}

/// Makes sandboxes of some snapshots, and goes back to some checkpoint.
async fn use_some(belljar: &Belljar, world: &mut World, random: &mut Random) {
    let ids: Vec<_> = world.snapshots.keys().cloned().collect();
    for _ in 0..2 {
        let Some(id) = random.pick(&ids) else {
            break;
        };
        let options = SandboxOptions::from_snapshot(id.as_str());
        let sandbox = belljar.create(options).await.unwrap();
        let found = find_all(&sandbox).await;
        let snapshot = world.snapshots.get_mut(&id).unwrap();
        let tree = fit(&snapshot.tree, &found);
        snapshot.tree = tree
            .unwrap_or_else(|| panic!("snapshot {id} has {found:?}, which is not {snapshot:#?}"));
        sandbox.destroy().await.unwrap();
        world.gone.push(sandbox.id().to_string());
    }
    let idle = world
        .sandboxes
        .iter()
        .filter(|(_, one)| one.lives.contains(&Life::Idle));
    let idle: Vec<String> = idle.map(|(id, _)| id.clone()).collect();
    let Some(id) = random.pick(&idle).filter(|_| random.one_in(2)) else {
        return;
    };
    let sandbox = world.sandbox(&id);
    let names: Vec<String> = sandbox.checkpoints.keys().cloned().collect();
    if let Some(name) = random.pick(&names) {
        let handle = belljar.sandbox(&id.parse().unwrap()).unwrap();
        handle.restore_checkpoint(&name).await.unwrap();
        let found = find_all(&handle).await;
        let tree = fit(&sandbox.checkpoints[&name].tree, &found);
        let tree = tree.unwrap_or_else(|| {
            panic!("checkpoint {name} of {id} has {found:?}, which is not {sandbox:#?}")
        });
        sandbox.checkpoints.get_mut(&name).unwrap().tree = tree.clone();
        sandbox.trees = vec![tree];
    }
}

/// Everything in the workspace.
async fn find_all(sandbox: &Sandbox) -> Vec<(String, Found)> {
    let mut found = Vec::new();
    for entry in sandbox.list_files(None).await.unwrap() {
        assert!(
            FOLDERS.contains(&entry.path.as_str()) && entry.is_dir,
            "{entry:?}"
        );
        for file in sandbox.list_files(Some(&entry.path)).await.unwrap() {
            assert!(
                FILES.contains(&file.path.as_str()) && !file.is_dir,
                "{file:?}"
            );
            let path = format!("{}/{}", entry.path, file.path);
            let bytes = sandbox.read_file(&path).await.unwrap();
            found.push((path, Found::File(bytes.to_vec())));
        }
        found.push((entry.path, Found::Folder));
    }
    found
}

/// The tree that was found, if that could be.
pub(super) fn fit(tree: &Tree, found: &[(String, Found)]) -> Option<Tree> {
    let mut fitting = Tree::default();
    for folder in FOLDERS {
        let files = FILES.iter().map(|file| format!("{folder}/{file}"));
        for path in files.chain([folder.to_owned()]) {
            let here = found.iter().find(|(at, _)| *at == path);
            let node = tree.matching(&path, here.map(|(_, found)| found))?;
            fitting.is(&path, node);
        }
    }
    Some(fitting)
}
