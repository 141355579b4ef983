//! Answers what peers say, and calls a peer: over I2P.

#![no_std]
#![no_main]

use core::hint::black_box;

use embassy_executor::Spawner;
use embassy_net::Stack;
use embassy_time::Timer;
use embedded_io_async::{Read, Write};
use sam_embassy::{Address, Buffers, Pool, Router, Runner, Session, SessionKey, Shared};
use size::{SOCKETS, WINDOW, anything, run};
use static_cell::StaticCell;

// SAFETY: the name the linker starts at; nothing else has it.
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    static SHARED: StaticCell<Shared> = StaticCell::new();
    run(|spawner: Spawner, stack: Stack<'static>| {
        let pool = pool(stack);
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

/// The memory of the slots: what a program without SAM has, and the lines.
fn pool(stack: Stack<'static>) -> &'static Pool<SOCKETS> {
    static BUFFERS: StaticCell<[Buffers<WINDOW, WINDOW>; SOCKETS]> = StaticCell::new();
    static POOL: StaticCell<Pool<SOCKETS>> = StaticCell::new();
    POOL.init(Pool::new(stack, BUFFERS.init([Buffers::NEW; SOCKETS])))
}

type Random = fn(&mut [u8]);

#[embassy_executor::task]
async fn keep(runner: Runner<Random>) {
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
