//! What becomes of a session.

use core::future::poll_fn;
use core::pin::pin;

use sam_embassy::{Dial, Runner, Session, State};

/// Keeps a session and tells each state it comes to.
///
/// Returns what makes trying again vain.
pub async fn watch<R: FnMut(&mut [u8]), T: Dial>(
    session: Session<T>,
    runner: Runner<R, T>,
    mut tell: impl FnMut(State),
) -> sam_core::Error {
    let mut running = pin!(runner.run());
    let mut told = None;
    poll_fn(|context| {
        // The state changes while the runner works, and it rests in every state but the last.
        let end = running.as_mut().poll(context);
        let state = session.state();
        if told != Some(state) {
            told = Some(state);
            tell(state);
        }
        end
    })
    .await
}
