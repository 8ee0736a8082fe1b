//! Programs that start more than they may, write without end, or do not want to end.

use std::time::Duration;

use belljar::{ByteSize, ExecutionStatus, Signal};

use super::sh;
use crate::guests::{Live, Opened, finish, options, run};

#[tokio::test]
async fn a_fork_bomb_is_stopped_by_the_limit_and_others_go_on() {
    let belljar = Opened::with(|options| options.sandbox_processes(20)).await;
    let sandbox = belljar.fresh().await;
    let other = belljar.fresh().await;
    let mut bomb = sh("bomb() { bomb | bomb & }; bomb; sh -c '$0 & $0 & wait' sh; sleep 1000");
    bomb.timeout = Some(Duration::from_secs(2));
    let execution = sandbox.execute(bomb).await.unwrap();
    for _ in 0..5 {
        run(&other, sh("echo here | cat")).await.expect(0, "here\n");
    }
    let ended = finish(&execution).await;
    assert!(
        matches!(
            ended.status,
            ExecutionStatus::Timeout | ExecutionStatus::Completed
        ),
        "{ended:#?}"
    );
    run(&sandbox, sh("echo again | cat"))
        .await
        .expect(0, "again\n");
}

#[tokio::test]
async fn one_process_more_than_there_may_be_fails_and_the_rest_stays() {
    let belljar = Opened::with(|options| options.sandbox_processes(8)).await;
    let sandbox = belljar.fresh().await;
    let script = "for i in $(seq 20); do sleep 1000 & done 2>/tmp/errors
        test -s /tmp/errors && echo refused; jobs -p | wc -l | tr -d ' '; kill $(jobs -p)";
    let ended = run(&sandbox, sh(script)).await;
    assert!(ended.text().starts_with("refused\n"), "{ended:#?}");
}

#[tokio::test]
async fn sixty_four_programs_in_one_pipe() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let pipe = "| cat ".repeat(64);
    run(&sandbox, sh(&format!("seq 50000 {pipe}| tail -1")))
        .await
        .expect(0, "50000\n");
    // And none of them stays when the reader goes.
    run(&sandbox, sh(&format!("yes {pipe}| head -2")))
        .await
        .expect(0, "y\ny\n");
}

#[tokio::test]
async fn a_program_that_ignores_everything_is_killed_all_the_same() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let script = "trap '' INT TERM HUP; echo ready; while :; do :; done";
    let mut live = Live::start(&sandbox, sh(script)).await;
    assert_eq!(live.line().await.as_deref(), Some("ready"));
    live.execution.signal(Signal::Terminate);
    live.execution.signal(Signal::Kill);
    let ended = live.finish().await;
    assert_eq!(ended.exit_code, Some(137), "{ended:#?}");
}

#[tokio::test]
async fn a_flood_of_output_is_cut_and_its_writer_can_be_stopped() {
    let belljar = Opened::with(|mut options| {
        options.output_limit = ByteSize::mib(1);
        options
    })
    .await;
    let sandbox = belljar.fresh().await;
    let mut flood = sh("yes & yes >&2 & yes");
    flood.timeout = Some(Duration::from_secs(1));
    let execution = sandbox.execute(flood).await.unwrap();
    // Nobody reads meanwhile; who did would get all of it.
    execution.wait().await;
    let ended = finish(&execution).await;
    assert_eq!(ended.status, ExecutionStatus::Timeout);
    assert!(ended.truncated);
    assert_eq!(ended.stdout.len(), 1 << 20);
}

#[tokio::test]
async fn memory_is_one_account_for_all_processes_of_a_sandbox() {
    let belljar = Opened::new().await;
    let mut small = options();
    small.resources.memory = Some(ByteSize::mib(160));
    let sandbox = belljar.create(small).await.unwrap();
    // Each of them would fit.
    let script = "for i in 1 2 3 4; do
            python3 -c 'import time; x = bytearray(60 << 20); print(1); time.sleep(2)' 2>/dev/null &
        done; wait";
    let ended = run(&sandbox, sh(script)).await;
    let fit = ended.text().lines().count();
    assert!(fit < 4, "{ended:#?}");
    run(&sandbox, sh("echo here")).await.expect(0, "here\n");
}

#[tokio::test]
async fn here_documents_pipes_and_arguments_have_their_limits() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let script = "x=$(head -c 5000000 /dev/zero | tr '\\0' x)
        /usr/bin/printf %s \"$x\" 2>/dev/null; echo $?
        printf %s \"$x\" | wc -c | tr -d ' '";
    run(&sandbox, sh(script)).await.expect(0, "126\n5000000\n");
}
