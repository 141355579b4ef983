//! `version`: is the router there, and what does it speak?

use crate::failure::Failure;
use crate::talk::print;
use crate::way::Router;

pub(crate) fn run(router: &Router) -> Result<(), Failure> {
    let version = router.version().map_err(Failure::at(router))?;
    print(format_args!("SAM {version}"))
}
