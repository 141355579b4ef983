//! Serving peers, one after the other in each task.

use picoserve::extract::State;
use picoserve::routing::get;
use picoserve::time::{Duration, Timer};
use picoserve::{Config, Router, Server, Timeouts};
use sam_embassy::{Dial, Runner, Session};

use crate::page::{Page, Text};
use crate::status::Site;
use crate::watch::watch;

/// Bytes of the longest request, without its body.
const REQUEST: usize = 1024;

/// Over I2P a round trip takes seconds.
const CONFIG: Config = Config::new(Timeouts {
    start_read_request: Duration::from_secs(30),
    persistent_start_read_request: Duration::from_secs(10),
    read_request: Duration::from_secs(30),
    write: Duration::from_secs(30),
})
.keep_connection_alive();

impl Site {
    /// Serves peers for ever, one at a time; only the end of the session's runner ends it.
    pub async fn serve<T: Dial>(&'static self, session: Session<T>) {
        let app = Router::new()
            .route(
                "/",
                get(async |State(site): State<&Self>| Page(site.status())),
            )
            .route(
                "/status",
                get(async |State(site): State<&Self>| Text(site.status())),
            )
            .with_state::<()>(self);
        let mut request = [0; REQUEST];
        while let Ok(stream) = session.accept().await {
            let _visit = self.begin_visit();
            let server = Server::custom(&app, Clock, &CONFIG, &mut request);
            // A peer that spoils its own request has had its answer.
            let _ = server.serve(stream).await;
        }
    }

    /// Keeps the session, counts how often it comes online, and tells what becomes of it.
    ///
    /// Returns what makes trying again vain.
    pub async fn keep<R: FnMut(&mut [u8]), T: Dial>(
        &self,
        session: Session<T>,
        runner: Runner<R, T>,
        mut tell: impl FnMut(sam_embassy::State),
    ) -> sam_core::Error {
        let tell = |state| {
            if state == sam_embassy::State::Ready {
                self.begin_session();
            }
            tell(state);
        };
        watch(session, runner, tell).await
    }
}

/// embassy's clock, for picoserve.
struct Clock;

impl Timer<Clock> for Clock {
    async fn delay(&self, duration: Duration) {
        embassy_time::Timer::after_millis(duration.as_millis()).await;
    }
}
