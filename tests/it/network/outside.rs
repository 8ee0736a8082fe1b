//! What is beyond a sandbox: nothing, or with `network.enabled` whatever the policy permits.

use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::thread;
use std::time::Duration;

use belljar::{ForkOptions, SandboxOptions, SnapshotOptions};

use super::{attempts, own_address};
use crate::guests::{Opened, options, python, run};

/// Every way out that Python has, to `host`.
fn ways(host: &str) -> Vec<String> {
    vec![
        format!("socket.create_connection(('{host}', 9), 20)"),
        format!("get('http://{host}:9/')"),
        format!("asyncio.run(asyncio.open_connection('{host}', 9))"),
        format!("udp(('{host}', 9))"),
        format!("udp_connected(('{host}', 9))"),
    ]
}

#[tokio::test]
async fn without_the_network_nothing_is_reached() {
    let belljar = Opened::new().await;
    let mut tried = Vec::new();
    // TEST-NET addresses would be refused anyway: these are real, and must not be asked.
    for host in ["1.1.1.1", "8.8.8.8", "10.0.0.1", &own_address().to_string()] {
        tried.extend(ways(host));
    }
    tried.push("socket.create_connection(('2606:4700:4700::1111', 9), 20)".to_owned());
    tried.push("udp(('2606:4700:4700::1111', 9), socket.AF_INET6)".to_owned());
    let code = attempts(&tried);
    let refused = "PermissionError\n".repeat(tried.len());
    belljar.python(&code).await.expect(0, &refused);
    // No name server hears of it either.
    let code = attempts(&[
        "socket.getaddrinfo('name.invalid', 80)".to_owned(),
        "get('http://name.invalid/')".to_owned(),
        "socket.getaddrinfo('a' * 300, 80)".to_owned(),
    ]);
    let ended = belljar.python(&code).await;
    let lines: Vec<_> = ended.text().lines().map(str::to_owned).collect();
    assert_eq!(
        lines[..2],
        ["PermissionError", "PermissionError"],
        "{ended:?}"
    );
    assert!(lines[2].ends_with("Error"), "{ended:?}");
}

#[tokio::test]
async fn with_the_network_special_and_private_addresses_stay_out_of_reach() {
    let belljar = Opened::new().await;
    let mut tried = Vec::new();
    for host in [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "192.0.2.1",
    ] {
        tried.extend(ways(host));
    }
    for host in [
        "fc00::1",
        "fe80::1",
        "ff02::1",
        "::10.0.0.1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a00:1",
        "2002:a00:1::1",
        "2001:db8::1",
    ] {
        tried.push(format!("socket.create_connection(('{host}', 9), 20)"));
        tried.push(format!("udp(('{host}', 9), socket.AF_INET6)"));
    }
    let sandbox = belljar.create(options().network(true)).await.unwrap();
    let ended = run(&sandbox, python(&attempts(&tried))).await;
    let refused = "PermissionError\n".repeat(tried.len());
    ended.expect(0, &refused);
}

#[tokio::test]
async fn names_are_asked_for_with_the_network_only() {
    let belljar = Opened::new().await;
    let sandbox = belljar.create(options().network(true)).await.unwrap();
    // RFC 6761: there is no such name, and resolvers know.
    let code = attempts(&["socket.getaddrinfo('name.invalid', 80)".to_owned()]);
    run(&sandbox, python(&code)).await.expect(0, "gaierror\n");
    let code = "import socket\n\
                print(socket.gethostbyname('localhost'), socket.gethostbyname('1.2.3.4'))";
    for network in [false, true] {
        let sandbox = belljar.create(options().network(network)).await.unwrap();
        run(&sandbox, python(code))
            .await
            .expect(0, "127.0.0.1 1.2.3.4\n");
    }
}

#[tokio::test]
async fn bytes_that_go_out_are_counted_and_those_of_the_loopback_are_not() {
    let belljar = Opened::with(|options| options.private_networks(true)).await;
    let own = own_address();
    let listener = TcpListener::bind((own, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 5000];
        let mut len = 0;
        while !asked[..len].ends_with(b"\r\n\r\n") {
            len += stream.read(&mut asked[len..]).unwrap();
        }
        stream
            .write_all(b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nthere")
            .unwrap();
        (all.len() + len) as u64
    });
    let sandbox = belljar.create(options().network(true)).await.unwrap();
    let here = "import socket\n\
                a = socket.create_server(('127.0.0.1', 3000))\n\
                b = socket.create_connection(('127.0.0.1', 3000))\n\
                b.sendall(b'x' * 10000)";
    run(&sandbox, python(here)).await.expect(0, "");
    assert_eq!(sandbox.record().network_egress_bytes, 0);
    let code = format!(
        "import socket, urllib.request\n\
         tcp = socket.create_connection(('{own}', {port}))\n\
         tcp.sendall(b'x' * 100000)\n\
         tcp.close()\n\
         print(urllib.request.urlopen('http://{own}:{port}/').read())\n\
         udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
         udp.sendto(b'y' * 700, ('{own}', 9))"
    );
    run(&sandbox, python(&code)).await.expect(0, "b'there'\n");
    let received = served.join().unwrap();
    assert_eq!(sandbox.record().network_egress_bytes, received + 700);
}

#[tokio::test]
async fn what_is_permitted_is_reached_over_tcp() {
    let belljar = Opened::with(|options| options.private_networks(true)).await;
    let own = own_address();
    let listener = TcpListener::bind((own, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = thread::spawn(move || {
        for _ in 0..3 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                let mut some = [0; 1000];
                let read = stream.read(&mut some).unwrap();
                assert_ne!(read, 0);
                asked.extend_from_slice(&some[..read]);
            }
            let answer = b"HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nthere";
            stream.write_all(answer).unwrap();
        }
    });
    let sandbox = belljar.create(options().network(true)).await.unwrap();
    let code = format!(
        "import asyncio, socket, urllib.request\n\
         print(urllib.request.urlopen('http://{own}:{port}/').read())\n\
         plain = socket.socket()\n\
         plain.bind(('', 3000))\n\
         plain.settimeout(20)\n\
         plain.connect(('{own}', {port}))\n\
         print(plain.getpeername() == ('{own}', {port}), plain.getsockname()[0])\n\
         plain.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')\n\
         print(plain.makefile().read()[-5:])\n\
         async def main():\n  \
           reader, writer = await asyncio.open_connection('{own}', {port})\n  \
           writer.write(b'GET / HTTP/1.0\\r\\n\\r\\n')\n  \
           print((await reader.read())[-5:])\n\
         asyncio.run(main())"
    );
    // Which address the host has is not told.
    let expected = "b'there'\nTrue 0.0.0.0\nthere\nb'there'\n";
    run(&sandbox, python(&code)).await.expect(0, expected);
    served.join().unwrap();
}

#[tokio::test]
async fn udp_outside_hears_only_whom_it_has_spoken_to() {
    let belljar = Opened::with(|options| options.private_networks(true)).await;
    let own = own_address();
    let echo = UdpSocket::bind((own, 0)).unwrap();
    echo.set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let port = echo.local_addr().unwrap().port();
    let stranger = UdpSocket::bind((own, 0)).unwrap();
    let served = thread::spawn(move || {
        for _ in 0..4 {
            let mut datagram = [0; 100];
            let (length, from) = echo.recv_from(&mut datagram).unwrap();
            stranger.send_to(b"from nobody", from).unwrap();
            echo.send_to(&datagram[..length], from).unwrap();
        }
    });
    let sandbox = belljar.create(options().network(true)).await.unwrap();
    let code = format!(
        "import socket\n\
         def new(): return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n\
         there = ('{own}', {port})\n\
         inside = new()\n\
         inside.bind(('127.0.0.1', 5000))\n\
         plain = new()\n\
         for turn in [b'1', b'2']:\n  \
           plain.sendto(turn, there)\n  \
           print(plain.recvfrom(100) == (turn, there))\n  \
           plain.sendto(turn, ('127.0.0.1', 5000))\n  \
           got, peer = inside.recvfrom(100)\n  \
           inside.sendto(got + b'!', peer)\n  \
           print(plain.recvfrom(100) == (turn + b'!', ('127.0.0.1', 5000)))\n\
         connected = new()\n\
         connected.connect(there)\n\
         for turn in [b'3', b'4']:\n  \
           connected.send(turn)\n  \
           print(connected.recv(100) == turn)"
    );
    run(&sandbox, python(&code))
        .await
        .expect(0, &"True\n".repeat(6));
    served.join().unwrap();
}

#[tokio::test]
async fn forks_have_the_network_of_the_first_and_snapshots_none() {
    let belljar = Opened::new().await;
    let mut wanted = options().network(true);
    wanted.network.port = Some(3000);
    let sandbox = belljar.create(wanted).await.unwrap();
    let network = sandbox.record().network;
    assert_eq!((network.enabled, network.port), (true, Some(3000)));
    let fork = sandbox.fork(ForkOptions::new()).await.unwrap();
    assert_eq!(fork.record().network, network);
    let snapshot = sandbox.create_snapshot(SnapshotOptions::new());
    let snapshot = snapshot.await.unwrap();
    let code = attempts(&["socket.getaddrinfo('name.invalid', 80)".to_owned()]);
    for (sandbox, says) in [
        (sandbox, "gaierror\n"),
        (fork, "gaierror\n"),
        (
            belljar
                .create(SandboxOptions::from_snapshot(snapshot.id.as_str()))
                .await
                .unwrap(),
            "PermissionError\n",
        ),
    ] {
        run(&sandbox, python(&code)).await.expect(0, says);
    }
}
