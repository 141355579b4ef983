//! What ends together: the clients of a bridge, everything that belongs to a session.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, Weak};

use super::lock::lock;

/// Something that can be ended from any thread, without waiting.
pub(super) trait Close: Send + Sync {
    fn close(&self);
}

/// Members that are closed together. It does not keep them alive.
#[derive(Default)]
pub(super) struct Group {
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    next: u64,
    by_number: HashMap<u64, Weak<dyn Close>>,
    is_closed: bool,
}

/// Being a member; dropping it leaves the group.
pub(super) struct Membership {
    group: Arc<Group>,
    number: u64,
}

impl Group {
    /// Becomes a member; `None` if the group has been closed.
    pub(super) fn join<T: Close + 'static>(
        self: &Arc<Self>,
        member: &Arc<T>,
    ) -> Option<Membership> {
        let mut members = lock(&self.members);
        if members.is_closed {
            return None;
        }
        let number = members.next;
        members.next += 1;
        let member: Weak<T> = Arc::downgrade(member);
        members.by_number.insert(number, member);
        Some(Membership {
            group: Arc::clone(self),
            number,
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        lock(&self.members).is_closed
    }

    /// Closes all members; nobody can join from now on.
    pub(super) fn close(&self) {
        let members = {
            let mut members = lock(&self.members);
            members.is_closed = true;
            std::mem::take(&mut members.by_number)
        };
        // Without the lock: a member that goes with this last reference to it leaves the group.
        for member in members.values().filter_map(Weak::upgrade) {
            member.close();
        }
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        lock(&self.group.members).by_number.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Close for Counter {
        fn close(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn members_are_closed_once_and_only_while_they_are_members() {
        let group = Arc::new(Group::default());
        let [member, former] = [Arc::new(Counter::default()), Arc::new(Counter::default())];
        let _membership = group.join(&member).unwrap();
        drop(group.join(&former));
        group.close();
        group.close();
        assert_eq!(member.0.load(Ordering::Relaxed), 1);
        assert_eq!(former.0.load(Ordering::Relaxed), 0);
        assert!(group.is_closed() && group.join(&member).is_none());
    }
}
