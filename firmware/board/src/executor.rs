//! The executor: polls tasks that have work and sleeps otherwise.

use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use cortex_m::{asm, interrupt};
use embassy_executor::Spawner;
use embassy_executor::raw::Executor;
use static_cell::StaticCell;

/// Whether some task was woken since the last poll.
static WOKEN: AtomicBool = AtomicBool::new(false);

/// Runs for ever; `init` spawns the first task.
///
/// It sleeps by WFI. embassy's own thread executor uses WFE, which QEMU does not wait for: an idle
/// program would take a whole processor of the host.
pub(crate) fn run(init: impl FnOnce(Spawner)) -> ! {
    static EXECUTOR: StaticCell<Executor> = StaticCell::new();
    let executor: &'static Executor = EXECUTOR.init(Executor::new(ptr::null_mut()));
    init(executor.spawner());
    loop {
        WOKEN.store(false, Ordering::SeqCst);
        // SAFETY: the only place that polls, and not reached from within a task.
        unsafe { executor.poll() };
        // With interrupts off, none can wake a task between the look and the sleep; WFI ends for
        // a pending interrupt all the same.
        interrupt::disable();
        if !WOKEN.load(Ordering::SeqCst) {
            asm::wfi();
        }
        // SAFETY: they were on before; nothing here relies on their being off any more.
        unsafe { interrupt::enable() };
    }
}

// SAFETY: the name and the signature that embassy-executor calls when a task is woken.
#[unsafe(export_name = "__pender")]
fn on_wake(_executor: *mut ()) {
    WOKEN.store(true, Ordering::SeqCst);
}
