//! How many sockets there are.

use super::server;
use crate::guests::{Opened, options, python, run};

/// Opens sockets until it gets no more, and says how many there were.
const GREEDY: &str = "import errno, socket\n\
    def grab(make):\n  \
      held = []\n  \
      try:\n    \
        while len(held) < 1000: held.append(make())\n  \
      except OSError as error: print(len(held), error.errno == errno.EMFILE or error.strerror)\n  \
      return held\n\
    tcp = lambda: socket.socket()\n\
    udp = lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\n";

#[tokio::test]
async fn a_sandbox_has_128_sockets_whichever_they_are() {
    let belljar = Opened::new().await;
    let sandbox = belljar.fresh().await;
    // Descriptors of the guest's libc are a limit of its own, so that it takes two processes.
    let code = "import socket\n\
                held = [socket.socket() for _ in range(100)]\n\
                print('ready', flush=True)\n\
                import time; time.sleep(600)";
    let job = server(&sandbox, code).await;
    let code = format!("{GREEDY}for make in [tcp, udp]: grab(make)");
    let ended = run(&sandbox, python(&code)).await;
    ended.expect(0, "28 True\n28 True\n");
    // Nobody else has fewer for it.
    let other = belljar.fresh().await;
    let code = "import socket; print(len([socket.socket() for _ in range(100)]))";
    run(&other, python(code)).await.expect(0, "100\n");
    // They come back with those who had them, however these ended.
    job.kill().await;
    run(&sandbox, python(code)).await.expect(0, "100\n");
}

#[tokio::test]
async fn connections_that_are_accepted_count() {
    let belljar = Opened::with(|options| options.max_sockets(10)).await;
    let sandbox = belljar.create(options()).await.unwrap();
    let code = format!(
        "{GREEDY}\
         server = socket.create_server(('', 3000), backlog=20)\n\
         clients = [socket.create_connection(('localhost', 3000), 20) for _ in range(5)]\n\
         accepted = grab(lambda: server.accept())\n\
         clients.pop().close()\n\
         accepted.append(server.accept())\n\
         print(len(accepted))"
    );
    run(&sandbox, python(&code)).await.expect(0, "4 True\n5\n");
}

#[tokio::test]
async fn all_sandboxes_together_have_a_limit() {
    let belljar = Opened::with(|options| options.max_sockets(30)).await;
    let (first, second) = (belljar.fresh().await, belljar.fresh().await);
    let code = "import socket\n\
                held = [socket.socket() for _ in range(20)]\n\
                print('ready', flush=True)\n\
                import time; time.sleep(600)";
    let job = server(&first, code).await;
    let code = format!("{GREEDY}grab(tcp)");
    run(&second, python(&code)).await.expect(0, "10 True\n");
    job.kill().await;
    run(&second, python(&code)).await.expect(0, "30 True\n");
}

#[tokio::test]
async fn ports_run_out_in_one_sandbox_alone() {
    let belljar = Opened::new().await;
    // A connection a time: what it leaves behind on the host is gone with it.
    let code = "import socket\n\
                server = socket.create_server(('', 3000))\n\
                for _ in range(2000):\n  \
                  client = socket.create_connection(('localhost', 3000), 20)\n  \
                  accepted, _ = server.accept()\n  \
                  client.close(), accepted.close()\n\
                print('done')";
    belljar.python(code).await.expect(0, "done\n");
}
