//! A place where one thread waits for what another one hands over.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

use super::lock::lock;

/// Holds one value at a time, until it is closed.
#[derive(Debug)]
pub(super) struct Slot<T> {
    content: Mutex<Content<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Content<T> {
    value: Option<T>,
    is_closed: bool,
}

impl<T> Slot<T> {
    pub(super) fn new() -> Self {
        let content = Content {
            value: None,
            is_closed: false,
        };
        Self {
            content: Mutex::new(content),
            changed: Condvar::new(),
        }
    }

    /// Hands a value over, or back if nobody will take it.
    pub(super) fn put(&self, value: T) -> Result<(), T> {
        let mut content = lock(&self.content);
        if content.is_closed {
            return Err(value);
        }
        content.value = Some(value);
        self.changed.notify_all();
        Ok(())
    }

    /// Waits for a value; `None` once the slot is closed or the deadline has passed.
    pub(super) fn take(&self, deadline: Option<Instant>) -> Option<T> {
        let mut content = lock(&self.content);
        loop {
            if content.is_closed {
                return None;
            }
            if let Some(value) = content.value.take() {
                return Some(value);
            }
            content = match deadline {
                None => self.changed.wait(content),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return None;
                    }
                    let waited = self.changed.wait_timeout(content, left);
                    waited.map(|(content, _)| content).map_err(|error| {
                        let (content, _) = error.into_inner();
                        PoisonError::new(content)
                    })
                }
            }
            .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends all waiting. A value that was not taken stays, for [`Self::close_and_take`].
    pub(super) fn close(&self) {
        lock(&self.content).is_closed = true;
        self.changed.notify_all();
    }

    /// Closes the slot and gives back what nobody has taken.
    pub(super) fn close_and_take(&self) -> Option<T> {
        self.close();
        lock(&self.content).value.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_once() {
        let slot = Slot::new();
        assert_eq!(slot.put(1), Ok(()));
        assert_eq!(slot.take(None), Some(1));
        assert_eq!(slot.take(Some(Instant::now())), None);
    }

    #[test]
    fn a_closed_slot_gives_back_what_it_held() {
        let slot = Slot::new();
        assert_eq!(slot.put(1), Ok(()));
        slot.close();
        assert_eq!(slot.take(None), None);
        assert_eq!(slot.put(2), Err(2));
        assert_eq!(slot.close_and_take(), Some(1));
    }

    #[test]
    fn closing_wakes_who_waits() {
        let slot = Slot::<u8>::new();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| slot.take(None));
            slot.close();
            assert_eq!(waiting.join().unwrap(), None);
        });
    }
}
