//! Limits hold, are seen in what is reported, and crossing one is the program's problem alone.

use std::time::Duration;

use belljar::{ByteSize, ExecutionStatus, Millicores};

use crate::guests::{Opened, options, python, run};

const FUEL: u64 = 2_000_000_000;

#[tokio::test]
async fn out_of_fuel_is_a_failure_that_says_so() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    for code in [
        "while True: pass",
        "while True:\n  try:\n    while True: pass\n  except: pass",
    ] {
        let ended = run(&sandbox, python(code).fuel(FUEL)).await;
        assert_eq!(
            (ended.status, ended.exit_code, ended.error.as_deref()),
            (ExecutionStatus::Failed, Some(152), Some("out of fuel")),
            "{ended:#?}"
        );
        assert_eq!(ended.stderr, "belljar: python3: out of fuel\n");
        assert_eq!(ended.stats().fuel_used, Some(FUEL));
    }
    // Not enough to start with.
    let ended = run(&sandbox, python("print(1)").fuel(1)).await;
    assert_eq!(
        (ended.status, ended.exit_code),
        (ExecutionStatus::Failed, Some(152))
    );
    let ended = run(&sandbox, python("print(1)")).await;
    ended.expect(0, "1\n");
    assert_eq!(ended.stats().fuel_used, None);
}

#[tokio::test]
async fn the_same_program_uses_the_same_fuel() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let mut used = Vec::new();
    for rounds in [100_000, 100_000, 100_000, 200_000] {
        let code = format!("x = 0\nfor n in range({rounds}): x += n");
        let ended = run(&sandbox, python(&code).fuel(FUEL)).await;
        ended.expect(0, "");
        used.push(ended.stats().fuel_used.unwrap());
    }
    let [first, second, third, twice] = used[..] else {
        panic!("{used:?}")
    };
    // Addresses and random numbers differ, so lookups may take a step more or less.
    for other in [second, third] {
        assert!(first.abs_diff(other) <= first / 1000, "{used:?}");
    }
    assert!(twice > first + first / 10, "{used:?}");
}

#[tokio::test]
async fn memory_beyond_the_limit_is_refused_to_the_program() {
    let belljar = Opened::new().await;
    let sandbox = options().memory(ByteSize::mib(128));
    let sandbox = belljar.create(sandbox).await.unwrap();
    let code = "try: x = bytearray(128 << 20)\nexcept MemoryError: print('refused')\n\
                x = bytearray(32 << 20); print(len(x))";
    run(&sandbox, python(code))
        .await
        .expect(0, "refused\n33554432\n");
    let ended = run(&sandbox, python("x = bytearray(128 << 20)")).await;
    ended.expect(1, "");
    assert!(ended.stderr.ends_with("MemoryError\n"), "{ended:#?}");
    let peak = ended.stats().peak_memory;
    assert!(peak <= ByteSize::mib(128), "{peak}");
}

#[tokio::test]
async fn memory_is_given_back_when_a_program_ends() {
    let belljar = Opened::new().await;
    let sandbox = options().memory(ByteSize::mib(192));
    let sandbox = belljar.create(sandbox).await.unwrap();
    // Each needs most of the limit: what one of them left charged, the next one would miss.
    let ends = [
        ("", 0, ExecutionStatus::Completed),
        ("1 / 0", 1, ExecutionStatus::Completed),
        ("import os; os.abort()", 134, ExecutionStatus::Completed),
        ("import os; os._exit(3)", 3, ExecutionStatus::Completed),
        ("while True: pass", 124, ExecutionStatus::Timeout),
    ];
    for (end, code, status) in ends.into_iter().chain(ends) {
        let program = format!("x = bytearray(100 << 20); print(len(x), flush=True)\n{end}");
        let mut command = python(&program);
        if status == ExecutionStatus::Timeout {
            command = command.timeout(Duration::from_secs(5));
        }
        let ended = run(&sandbox, command).await;
        assert_eq!(
            (ended.exit_code, ended.status),
            (Some(code), status),
            "{ended:#?}"
        );
        assert_eq!(ended.text(), "104857600\n", "{ended:#?}");
        let peak = ended.stats().peak_memory.bytes();
        assert!(((100 << 20)..=(192 << 20)).contains(&peak), "{peak}");
    }
}

#[tokio::test]
async fn a_share_of_a_core_is_no_more_than_that() {
    let belljar = Opened::new().await;
    let sandbox = options().cpu(Millicores::parse("100m").unwrap());
    let sandbox = belljar.create(sandbox).await.unwrap();
    let spin = python("while True: pass").timeout(Duration::from_secs(4));
    let ended = run(&sandbox, spin).await;
    assert_eq!(ended.status, ExecutionStatus::Timeout);
    let stats = ended.stats();
    // The burst of 100 ms that everybody has, and a last turn that a busy machine has drawn out.
    let allowed = stats.wall / 10 + Duration::from_millis(600);
    assert!(stats.cpu <= allowed, "{stats:?}");
    assert!(stats.cpu >= Duration::from_millis(100), "{stats:?}");
    let record = sandbox.record();
    assert_eq!(u128::from(record.cpu_time_ms), stats.cpu.as_millis());

    // Waiting is not running.
    let ended = run(&belljar.fresh().await, python("import time; time.sleep(2)")).await;
    let stats = ended.stats();
    assert!(stats.wall >= Duration::from_secs(2), "{stats:?}");
    assert!(stats.cpu < Duration::from_secs(1), "{stats:?}");
}

#[tokio::test]
async fn two_engines_of_one_belljar_share_a_sandboxes_account() {
    let belljar = Opened::new().await;
    let sandbox = options().memory(ByteSize::mib(128));
    let sandbox = belljar.create(sandbox).await.unwrap();
    for fuel in [None, Some(FUEL), None] {
        let mut command = python("x = bytearray(128 << 20)");
        command.fuel = fuel;
        let ended = run(&sandbox, command).await;
        assert!(ended.stderr.ends_with("MemoryError\n"), "{ended:#?}");
    }
}
