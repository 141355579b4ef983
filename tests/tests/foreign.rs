//! What LoopbackBridge has recorded of other projects' clients, on both halves of the core.

use std::fs;
use std::path::Path;

use sam_tests::client::play;
use sam_tests::drivers::Blocking;
use sam_tests::router::serve;
use sam_tests::transcript::read;
use sam_tests::wire::{Habits, Wire};

#[test]
#[ignore = "needs recordings of foreign clients: ./test.sh foreign"]
fn recordings_of_foreign_clients_are_played() {
    let directory = std::env::var("SAM_RECORDINGS").expect("SAM_RECORDINGS names a directory");
    for client in ["i2psam", "diva"] {
        let text = fs::read(Path::new(&directory).join(format!("{client}.sam"))).unwrap();
        let sockets = read(client, &text);
        assert!(sockets.len() > 5, "{client}");
        for socket in &sockets {
            let wire = Wire::new(socket, Habits::GOOD);
            let outcome = play(socket, &mut Blocking(wire), 4096);
            let name = &socket.name;
            assert!(
                outcome.left == socket.received(),
                "{name}: {:?}",
                outcome.told
            );
            assert_eq!(outcome.said.len(), socket.said().len(), "{name}");
            for (recorded, own) in serve(socket, 7).own {
                let own = own.strip_suffix("\\n").map(str::to_owned);
                assert_eq!(recorded, own, "{name}");
            }
        }
    }
}
