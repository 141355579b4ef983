//! Answers what peers say, and calls a peer: over I2P, with the feature `hop` through TLS.

#![no_std]
#![no_main]

use core::hint::black_box;

use embassy_executor::Spawner;
use embassy_net::Stack;
use embassy_time::Timer;
use embedded_io_async::{Read, Write};
use sam_embassy::{Address, Pool, Router, Runner, SessionKey, Shared};
use size::{SOCKETS, anything, run};
use static_cell::StaticCell;

#[cfg(feature = "hop")]
#[expect(unreachable_pub, unused_imports, reason = "it is a library elsewhere")]
#[path = "../../../programs/src/secured/mod.rs"]
mod secured;

#[cfg(not(feature = "hop"))]
mod slots {
    //! What a program without SAM has, and the lines.

    use embassy_executor::Spawner;
    use embassy_net::Stack;
    use embassy_net::tcp::TcpSocket;
    use sam_embassy::{Buffers, Pool};
    use size::{SOCKETS, WINDOW};
    use static_cell::StaticCell;

    pub(super) type Transport = TcpSocket<'static>;

    static BUFFERS: StaticCell<[Buffers<WINDOW, WINDOW>; SOCKETS]> = StaticCell::new();

    pub(super) fn pool(_: Spawner, stack: Stack<'static>) -> Pool<SOCKETS, Transport> {
        Pool::new(stack, BUFFERS.init([Buffers::NEW; SOCKETS]))
    }
}

#[cfg(feature = "hop")]
mod slots {
    //! Tunnels, their keepers, and the lines.

    use core::hint::black_box;

    use embassy_executor::Spawner;
    use embassy_net::Stack;
    use sam_embassy::{Lines, Pool};
    use size::SOCKETS;
    use static_cell::StaticCell;

    use crate::Random;
    use crate::secured::{Keeper, Key, Memory, Tunnel, tunnel};

    pub(super) type Transport = Tunnel;

    static TUNNEL_BUFFERS: StaticCell<[Memory; SOCKETS]> = StaticCell::new();
    static LINE_BUFFERS: StaticCell<[Lines; SOCKETS]> = StaticCell::new();

    pub(super) fn pool(spawner: Spawner, stack: Stack<'static>) -> Pool<SOCKETS, Transport> {
        let key = Key {
            identity: black_box("device"),
            secret: black_box(&[0; 32]),
        };
        let random: Random = |bytes| bytes.fill(black_box(0));
        let tunnels = TUNNEL_BUFFERS.init([const { Memory::new() }; SOCKETS]);
        let tunnels = tunnels.each_mut().map(|memory| {
            let (tunnel, keeper) = tunnel(stack, memory, key, random);
            if let Ok(task) = keep(keeper) {
                spawner.spawn(task);
            }
            tunnel
        });
        Pool::with_transports(tunnels, LINE_BUFFERS.init([Lines::NEW; SOCKETS]))
    }

    #[embassy_executor::task(pool_size = SOCKETS)]
    async fn keep(keeper: Keeper<Random>) {
        keeper.run().await;
    }
}

type Session = sam_embassy::Session<slots::Transport>;

// SAFETY: the name the linker starts at; nothing else has it.
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    static SHARED: StaticCell<Shared> = StaticCell::new();
    static POOL: StaticCell<Pool<SOCKETS, slots::Transport>> = StaticCell::new();
    run(|spawner: Spawner, stack: Stack<'static>| {
        let pool = &*POOL.init(slots::pool(spawner, stack));
        let router = Router::new((anything(), 7656));
        // A program without SAM has no key either.
        let key = SessionKey::Binary(black_box(&[]));
        let random: Random = |bytes| bytes.fill(black_box(0));
        let shared = SHARED.init(Shared::new());
        let (session, runner) = Session::new(router, pool, shared, key, random);
        for task in [answer(session), answer(session)].into_iter().flatten() {
            spawner.spawn(task);
        }
        if let (Ok(keep), Ok(call)) = (keep(runner), call(session)) {
            spawner.spawn(keep);
            spawner.spawn(call);
        }
    })
}

type Random = fn(&mut [u8]);

#[embassy_executor::task]
async fn keep(runner: Runner<Random, slots::Transport>) {
    runner.run().await;
}

#[embassy_executor::task(pool_size = 2)]
async fn answer(session: Session) {
    while let Ok(mut stream) = session.accept().await {
        let mut said = [0; 64];
        while let Ok(count @ 1..) = stream.read(&mut said).await {
            if stream
                .write_all(said.get(..count).unwrap_or_default())
                .await
                .is_err()
            {
                break;
            }
        }
        let _ = stream.close().await;
    }
}

#[embassy_executor::task]
async fn call(session: Session) {
    let Ok(peer) = black_box("peer.i2p").parse::<Address>() else {
        return;
    };
    loop {
        if let Ok(mut stream) = session.connect(&peer).await {
            let mut answer = [0; 4];
            if stream.write_all(b"ping").await.is_ok()
                && stream.read_exact(&mut answer).await.is_ok()
            {
                let _ = stream.close().await;
            }
        }
        Timer::after_secs(60).await;
    }
}
