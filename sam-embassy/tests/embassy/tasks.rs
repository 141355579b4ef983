//! Tasks that are polled when they were woken and not otherwise, so that a wake that was forgotten
//! shows.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use embassy_time::{Duration, Instant};

use crate::clock::{self, Pace};

/// A test that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(1_200);
/// Polls without time passing; with more, tasks wake each other for ever.
const MOST_POLLS: usize = 100_000;

type Jobs = RefCell<Vec<Rc<Job>>>;
type Watchers = RefCell<Vec<Waker>>;

thread_local! {
    static JOBS: Jobs = const { RefCell::new(Vec::new()) };
    static WATCHERS: Watchers = const { RefCell::new(Vec::new()) };
    /// Since the watchers looked last.
    static HAS_CHANGED: Cell<bool> = const { Cell::new(true) };
}

struct Job {
    future: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    is_dropped: Cell<bool>,
    is_woken: Arc<Flag>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A task; dropping this drops its future at once.
pub(crate) struct Task<T> {
    job: Rc<Job>,
    output: Rc<Output<T>>,
}

struct Output<T> {
    value: Cell<Option<T>>,
    waker: Cell<Option<Waker>>,
}

/// Runs a test, and the tasks it spawns, to the end of the test.
pub(crate) fn run(pace: Pace, test: impl Future<Output = ()> + 'static) {
    clock::reset(pace);
    JOBS.with(Jobs::take);
    WATCHERS.with(Watchers::take);
    let test = spawn(test);
    let mut polls = 0;
    while test.output.value.take().is_none() {
        polls += poll_all();
        if !wake_watchers() {
            clock::advance();
            HAS_CHANGED.set(true);
            polls = 0;
        }
        assert!(polls < MOST_POLLS, "tasks wake each other for ever");
        let elapsed = Instant::now().as_secs();
        assert!(elapsed < LIMIT.as_secs(), "the test hangs");
    }
    JOBS.with(Jobs::take);
}

/// Waits until something is so, whoever brings it about.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    poll_fn(|cx| {
        if is_so() {
            HAS_CHANGED.set(true);
            return Poll::Ready(());
        }
        WATCHERS.with(|watchers| watchers.borrow_mut().push(cx.waker().clone()));
        Poll::Pending
    })
    .await;
}

/// Starts a task.
pub(crate) fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Task<T> {
    let output = Rc::new(Output {
        value: Cell::new(None),
        waker: Cell::new(None),
    });
    let result = Rc::clone(&output);
    let future = async move {
        result.value.set(Some(future.await));
        if let Some(waker) = result.waker.take() {
            waker.wake();
        }
    };
    let job = Rc::new(Job {
        future: RefCell::new(Some(Box::pin(future))),
        is_dropped: Cell::new(false),
        is_woken: Arc::new(Flag(AtomicBool::new(true))),
    });
    JOBS.with(|jobs| jobs.borrow_mut().push(Rc::clone(&job)));
    Task { job, output }
}

/// Polls the tasks that were woken, until none is; returns how often.
fn poll_all() -> usize {
    let mut polls = 0;
    loop {
        let jobs = JOBS.with(|jobs| jobs.borrow().clone());
        let polled = jobs.iter().filter(|job| job.poll()).count();
        JOBS.with(|jobs| {
            jobs.borrow_mut()
                .retain(|job| job.future.borrow().is_some());
        });
        polls += polled;
        if polled == 0 || polls > MOST_POLLS {
            return polls;
        }
    }
}

/// Has those who wait [`until`] something is so look again, if anything can have changed.
fn wake_watchers() -> bool {
    let has_changed = HAS_CHANGED.replace(false);
    if has_changed {
        for watcher in WATCHERS.with(Watchers::take) {
            watcher.wake();
        }
    }
    has_changed
}

impl Job {
    fn poll(&self) -> bool {
        if !self.is_woken.0.swap(false, Ordering::SeqCst) {
            return false;
        }
        let Some(mut future) = self.future.take() else {
            return false;
        };
        let waker = Waker::from(Arc::clone(&self.is_woken));
        let pending = future
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending();
        if pending && !self.is_dropped.get() {
            self.future.replace(Some(future));
        }
        true
    }
}

impl<T> Task<T> {
    pub(crate) fn is_done(&self) -> bool {
        self.job.future.borrow().is_none()
    }

    /// Waits for its end.
    pub(crate) async fn join(self) -> T {
        poll_fn(|cx| match self.output.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                self.output.waker.set(Some(cx.waker().clone()));
                Poll::Pending
            }
        })
        .await
    }

    /// Lets it run to its end, or to that of the test.
    pub(crate) fn detach(self) {
        mem::forget(self);
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.job.is_dropped.set(true);
        drop(self.job.future.take());
    }
}
