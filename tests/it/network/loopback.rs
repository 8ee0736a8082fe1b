//! A sandbox's own localhost.

use std::time::Duration;

use belljar::{Command, ErrorKind, ExecutionStatus, Signal};

use super::{Bystander, answering, attempts, own_address, server};
use crate::guests::{Live, Opened, eventually, options, python, run};

#[tokio::test]
async fn tcp_between_programs_of_a_sandbox_looks_as_on_any_machine() {
    let belljar = Opened::new().await;
    let code = "import socket\n\
        for family, host, any in [(socket.AF_INET, '127.0.0.1', '0.0.0.0'), (socket.AF_INET6, '::1', '::')]:\n  \
          for at in [host, any]:\n    \
            server = socket.socket(family)\n    \
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n    \
            server.bind((at, 3000))\n    \
            server.listen()\n    \
            client = socket.create_connection((host, 3000), 20)\n    \
            accepted, peer = server.accept()\n    \
            assert client.getpeername()[:2] == (host, 3000), client.getpeername()\n    \
            assert accepted.getsockname()[:2] == (host, 3000), accepted.getsockname()\n    \
            assert accepted.getpeername() == peer == client.getsockname(), (peer, client.getsockname())\n    \
            client.sendall(b'hello')\n    \
            assert accepted.recv(10) == b'hello'\n    \
            accepted.sendall(b'world')\n    \
            accepted.close()\n    \
            assert client.recv(10) == b'world' and client.recv(10) == b''\n    \
            client.close()\n    \
            server.close()\n    \
            try: socket.create_connection((host, 3000), 20)\n    \
            except ConnectionRefusedError: print(at, 'closed')";
    belljar.python(code).await.expect(
        0,
        "127.0.0.1 closed\n0.0.0.0 closed\n::1 closed\n:: closed\n",
    );
}

#[tokio::test]
async fn what_listens_on_all_addresses_is_found_by_every_name_of_localhost() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import socket\n\
                server = socket.socket(socket.AF_INET6)\n\
                server.bind(('::', 80))\n\
                server.listen()\n\
                for host in ['localhost', '127.0.0.1', '::1', '127.0.0.2', 'x.localhost', 'LOCALHOST.']:\n  \
                  client = socket.create_connection((host, 80), 20)\n  \
                  accepted, peer = server.accept()\n  \
                  accepted.close()\n\
                print('found')";
    run(&sandbox, python(code)).await.expect(0, "found\n");
}

#[tokio::test]
async fn udp_between_programs_of_a_sandbox() {
    let belljar = Opened::new().await;
    let code = "import socket\n\
        def new(family=socket.AF_INET): return socket.socket(family, socket.SOCK_DGRAM)\n\
        for family, host, any in [(socket.AF_INET, '127.0.0.1', '0.0.0.0'), (socket.AF_INET6, '::1', '::')]:\n  \
          server = new(family)\n  \
          server.bind((any, 5000))\n  \
          plain = new(family)\n  \
          plain.sendto(b'1', (host, 5000))\n  \
          got, peer = server.recvfrom(10)\n  \
          assert (got, peer[0]) == (b'1', host), (got, peer)\n  \
          server.sendto(b'2', peer)\n  \
          got, peer = plain.recvfrom(10)\n  \
          assert (got, peer[:2]) == (b'2', (host, 5000)), (got, peer)\n  \
          connected = new(family)\n  \
          connected.connect((host, 5001))\n  \
          late = new(family)\n  \
          late.bind((host, 5001))\n  \
          connected.send(b'3')\n  \
          got, peer = late.recvfrom(10)\n  \
          server.sendto(b'not for it', peer)\n  \
          late.sendto(b'4', peer)\n  \
          assert (got, connected.recv(10)) == (b'3', b'4')\n  \
          plain.sendto(b'lost', (host, 9))\n\
        print('done')";
    belljar.python(code).await.expect(0, "done\n");
}

#[tokio::test]
async fn servers_of_the_standard_library_answer_other_processes() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import asyncio\n\
                async def main():\n  \
                  async def serve(reader, writer):\n    \
                    writer.write((await reader.readline()).upper())\n    \
                    await writer.drain()\n    \
                    writer.close()\n  \
                  server = await asyncio.start_server(serve, '0.0.0.0', 8888)\n  \
                  print('ready', flush=True)\n  \
                  await server.serve_forever()\n\
                asyncio.run(main())";
    let asynchronous = server(&sandbox, code).await;
    let simple = server(&sandbox, &answering(8000, "simple")).await;
    let code = "import asyncio, urllib.request\n\
                print(urllib.request.urlopen('http://localhost:8000/a').read().decode())\n\
                async def main(host):\n  \
                  reader, writer = await asyncio.open_connection(host, 8888)\n  \
                  writer.write(b'hello\\n')\n  \
                  print((await reader.readline()).decode(), end='')\n  \
                  writer.close()\n\
                asyncio.run(main('127.0.0.1'))";
    run(&sandbox, python(code))
        .await
        .expect(0, "simple /a\nHELLO\n");
    for job in [asynchronous, simple] {
        job.kill().await;
    }
    // Their ports went with them.
    let _again = server(&sandbox, &answering(8000, "again")).await;
    let code =
        "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8000/b').read())";
    run(&sandbox, python(code)).await.expect(0, "b'again /b'\n");
}

#[tokio::test]
async fn a_connection_whose_server_is_gone_has_no_other_end() {
    let belljar = Opened::new().await;
    // Python shows sockets that nobody has closed when it ends, and asks for their other end.
    let code = "import socket\n\
                server = socket.create_server(('127.0.0.1', 3000))\n\
                client = socket.create_connection(('127.0.0.1', 3000))\n\
                server.close()\n\
                print('raddr' in repr(client))";
    belljar.python(code).await.expect(0, "False\n");
}

#[tokio::test]
async fn every_sandbox_has_all_ports_to_itself() {
    let belljar = Opened::new().await;
    // What the host has there is nobody's business either.
    let held = std::net::TcpListener::bind("0.0.0.0:0").unwrap();
    let port = held.local_addr().unwrap().port();
    let sandboxes = [belljar.fresh().await, belljar.fresh().await];
    let mut jobs = Vec::new();
    for (sandbox, name) in sandboxes.iter().zip(["first", "second"]) {
        jobs.push(server(sandbox, &answering(port, name)).await);
    }
    let code = format!(
        "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:{port}/').read())"
    );
    for (sandbox, name) in sandboxes.iter().zip(["first", "second"]) {
        let said = format!("b'{name} /'\n");
        run(sandbox, python(&code)).await.expect(0, &said);
    }
    // Taken within one.
    let code = format!(
        "import socket\n\
         try: socket.socket().bind(('', {port}))\n\
         except OSError as error: print(error.strerror)"
    );
    run(&sandboxes[0], python(&code))
        .await
        .expect(0, "Address in use\n");
    // And none of one is there for the other.
    let other = server(&sandboxes[0], &answering(port ^ 1, "only in the first")).await;
    let code = attempts(&[
        format!("socket.create_connection(('127.0.0.1', {}), 20)", port ^ 1),
        format!("socket.create_connection(('::1', {}), 20)", port ^ 1),
    ]);
    run(&sandboxes[1], python(&code))
        .await
        .expect(0, &"ConnectionRefusedError\n".repeat(2));
    other.kill().await;
}

#[tokio::test]
async fn no_sandbox_reaches_servers_of_the_host() {
    for network in [false, true] {
        let belljar = Opened::with(|options| options.private_networks(true)).await;
        let own = own_address();
        let everywhere = Bystander::at("0.0.0.0");
        let mut bystanders = vec![Bystander::at("127.0.0.1"), everywhere];
        // Not every host has these.
        if std::net::UdpSocket::bind("127.8.8.8:0").is_ok() {
            bystanders.push(Bystander::at("127.8.8.8"));
        }
        if std::net::UdpSocket::bind("[::1]:0").is_ok() {
            bystanders.push(Bystander::at("::1"));
        }
        let mut tried = Vec::new();
        for bystander in &bystanders {
            let port = bystander.port();
            for address in [
                "127.0.0.1",
                "127.8.8.8",
                "127.255.255.254",
                "0.0.0.0",
                "localhost",
                "::1",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
            ] {
                tried.push(format!(
                    "socket.create_connection(('{address}', {port}), 20)"
                ));
            }
            tried.push(format!("get('http://localhost:{port}')"));
            tried.push(format!("get('http://[::1]:{port}')"));
            // Sent, to nobody: as to any port of one's own where nobody is.
            tried.push(format!("udp(('127.0.0.1', {port}))"));
            tried.push(format!("udp(('::1', {port}), socket.AF_INET6)"));
        }
        let code = attempts(&tried);
        let sandbox = belljar.create(options().network(network)).await.unwrap();
        let ended = run(&sandbox, python(&code)).await;
        assert_eq!(ended.exit_code, Some(0), "{ended:?}");
        assert_eq!(ended.text().lines().count(), tried.len(), "{ended:?}");
        for (line, tried) in ended.text().lines().zip(&tried) {
            let sent = line == "gave None" && tried.starts_with("udp");
            assert!(sent || line.ends_with("Error"), "{tried}: {line} ({own})");
        }
        for bystander in bystanders {
            bystander.was_left_alone();
        }
    }
}

#[tokio::test]
async fn programs_cannot_take_addresses_of_the_host() {
    let belljar = Opened::with(|options| options.private_networks(true)).await;
    let own = own_address();
    let sandbox = belljar.create(options().network(true)).await.unwrap();
    let code = attempts(&[
        format!("socket.socket().bind(('{own}', 0))"),
        format!("socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(('{own}', 0))"),
        "socket.socket().bind(('8.8.8.8', 0))".to_owned(),
        "socket.socket().bind(('224.0.0.1', 5000))".to_owned(),
    ]);
    let ended = run(&sandbox, python(&code)).await;
    ended.expect(0, &"OSError\n".repeat(4));
}

#[tokio::test]
async fn whoever_is_on_the_host_does_not_get_into_a_sandbox() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let code = "import socket\n\
                server = socket.create_server(('', 3000))\n\
                udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
                udp.bind(('', 3000))\n\
                print('ready', flush=True)\n\
                accepted, _ = server.accept()\n\
                print(accepted.recv(10))";
    let job = server(&sandbox, code).await;
    // Its ports are others on the host, on an address that nobody is told.
    let tcp = std::net::TcpStream::connect_timeout(
        &"127.0.0.1:3000".parse().unwrap(),
        Duration::from_secs(1),
    );
    assert!(tcp.is_err(), "{tcp:?}");
    let code = "import socket; socket.create_connection(('127.0.0.1', 3000), 20).sendall(b'mine')";
    run(&sandbox, python(code)).await.expect(0, "");
    let record = job.wait().await;
    assert_eq!(record.exit_code, Some(0));
    let stdout = job.stdout().read_to_end().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&stdout), "ready\nb'mine'\n");
}

#[tokio::test]
async fn whoever_waits_for_a_connection_or_data_hears_signals_and_can_be_killed() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    // The others are calls of wasi-libc that begin again by themselves, as it knows no `EINTR`.
    for (wait, hears) in [
        ("select.select([server], [], [])", true),
        ("asyncio.run(serve())", true),
        ("server.accept()", false),
        ("client.recv(1)", false),
        ("udp.recv(1)", false),
    ] {
        let code = format!(
            "import asyncio, select, socket\n\
             server = socket.create_server(('', 3000))\n\
             client = socket.create_connection(('localhost', 3000))\n\
             accepted = server.accept()\n\
             udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
             udp.bind(('', 3000))\n\
             async def serve():\n  \
               await (await asyncio.start_server(print, '127.0.0.1', 3001)).serve_forever()\n\
             try: print('going', flush=True), {wait}\n\
             except KeyboardInterrupt: print('interrupted')"
        );
        let mut live = Live::ready(&sandbox, &code).await;
        assert_eq!(live.line().await.as_deref(), Some("going"));
        // Now it waits.
        tokio::time::sleep(Duration::from_millis(300)).await;
        live.execution.signal(Signal::Interrupt);
        if hears {
            assert_eq!(live.line().await.as_deref(), Some("interrupted"), "{wait}");
            live.finish().await;
        } else {
            // It does not spin for that.
            tokio::time::sleep(Duration::from_secs(1)).await;
            live.execution.signal(Signal::Kill);
            let ended = live.finish().await;
            let cpu = ended.stats().cpu;
            assert!(cpu < Duration::from_millis(800), "{wait}: {cpu:?}");
        }
        let mut live = Live::ready(&sandbox, &code).await;
        assert_eq!(live.line().await.as_deref(), Some("going"));
        live.execution.signal(Signal::Kill);
        let ended = live.finish().await;
        assert_eq!(ended.exit_code, Some(137), "{wait}: {ended:?}");
    }
    let code = "import socket; socket.create_server(('', 3000)).accept()";
    let mut command: Command = python(code);
    command.timeout = Some(Duration::from_millis(300));
    let ended = run(&sandbox, command).await;
    assert_eq!(ended.status, ExecutionStatus::Timeout, "{ended:?}");
}

#[tokio::test]
async fn a_paused_sandbox_and_a_fork_begin_with_no_port_taken() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    let _job = server(&sandbox, &answering(3000, "before")).await;
    let fork = sandbox.fork(belljar::ForkOptions::new()).await.unwrap();
    let code = attempts(&["socket.create_connection(('127.0.0.1', 3000), 20)".to_owned()]);
    run(&fork, python(&code))
        .await
        .expect(0, "ConnectionRefusedError\n");
    sandbox.pause().await.unwrap();
    run(&sandbox, python(&code))
        .await
        .expect(0, "ConnectionRefusedError\n");
    let _job = server(&sandbox, &answering(3000, "after")).await;
    eventually("the server answers", async || {
        let get = attempts(&["get('http://localhost:3000/')".to_owned()]);
        run(&sandbox, python(&get)).await.text() == "gave b'after /'\n"
    })
    .await;
    sandbox.destroy().await.unwrap();
    let error = sandbox.execute(python("1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone);
}
