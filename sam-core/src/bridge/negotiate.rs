//! Which version two ranges have in common.

use crate::client::Versions;
use crate::status::{ResultCode, Status};
use crate::types::Version;

/// The highest version both sides speak; an end the client leaves open is as wide as ours.
pub(super) fn negotiate(
    min: Option<Version>,
    max: Option<Version>,
    ours: Versions,
) -> Result<Version, Status<'static>> {
    let lowest = min.unwrap_or(ours.min).max(ours.min);
    let highest = max.unwrap_or(ours.max).min(ours.max);
    if lowest <= highest {
        Ok(highest)
    } else {
        Err(Status::new(ResultCode::NoVersion))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_common_version_is_chosen() {
        let version = |minor| Version { major: 3, minor };
        let ours = Versions {
            min: version(0),
            max: version(3),
        };
        let table = [
            (None, None, Some(3)),
            (Some(version(0)), Some(version(1)), Some(1)),
            (Some(version(3)), Some(version(3)), Some(3)),
            (Some(version(2)), None, Some(3)),
            (None, Some(Version { major: 4, minor: 0 }), Some(3)),
            (Some(version(3)), Some(version(0)), None),
            (
                Some(Version { major: 9, minor: 0 }),
                Some(Version { major: 9, minor: 9 }),
                None,
            ),
            (
                Some(Version { major: 1, minor: 0 }),
                Some(Version { major: 2, minor: 0 }),
                None,
            ),
        ];
        for (min, max, expected) in table {
            assert_eq!(negotiate(min, max, ours).ok(), expected.map(version));
        }
    }
}
