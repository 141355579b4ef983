//! Answers what peers say, and calls a peer: over TCP.

#![no_std]
#![no_main]

use embassy_executor::Spawner;
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, Timer};
use embedded_io_async::{Read, Write};
use size::{WINDOW, anything, run};
use static_cell::StaticCell;

// SAFETY: the name the linker starts at; nothing else has it.
#[unsafe(no_mangle)]
extern "C" fn _start() -> ! {
    run(|spawner: Spawner, stack| {
        for task in [answer(stack), answer(stack)].into_iter().flatten() {
            spawner.spawn(task);
        }
        if let Ok(task) = call(stack) {
            spawner.spawn(task);
        }
    })
}

type Window = [u8; WINDOW];

fn socket(stack: Stack<'static>, [rx, tx]: &'static mut [Window; 2]) -> TcpSocket<'static> {
    let mut socket = TcpSocket::new(stack, rx, tx);
    socket.set_nagle_enabled(false);
    socket.set_keep_alive(Some(Duration::from_secs(10)));
    socket.set_timeout(Some(Duration::from_secs(45)));
    socket
}

#[embassy_executor::task(pool_size = 2)]
async fn answer(stack: Stack<'static>) {
    static WINDOWS: [StaticCell<[Window; 2]>; 2] = [const { StaticCell::new() }; 2];
    let Some(windows) = WINDOWS
        .iter()
        .find_map(|cell| cell.try_init([[0; WINDOW]; 2]))
    else {
        return;
    };
    let mut socket = socket(stack, windows);
    loop {
        if socket.accept(7).await.is_ok() {
            let mut said = [0; 64];
            while let Ok(count @ 1..) = socket.read(&mut said).await {
                if socket
                    .write_all(said.get(..count).unwrap_or_default())
                    .await
                    .is_err()
                {
                    break;
                }
            }
            socket.close();
            let _ = socket.flush().await;
        }
        socket.abort();
        let _ = socket.flush().await;
    }
}

#[embassy_executor::task]
async fn call(stack: Stack<'static>) {
    static WINDOWS: StaticCell<[Window; 2]> = StaticCell::new();
    let mut socket = socket(stack, WINDOWS.init([[0; WINDOW]; 2]));
    loop {
        if socket.connect((anything(), 7)).await.is_ok() {
            let mut answer = [0; 4];
            if socket.write_all(b"ping").await.is_ok()
                && socket.read_exact(&mut answer).await.is_ok()
            {
                socket.close();
                let _ = socket.flush().await;
            }
        }
        socket.abort();
        let _ = socket.flush().await;
        Timer::after_secs(60).await;
    }
}
