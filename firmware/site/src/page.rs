//! What a browser is shown.

use picoserve::io::Write;
use picoserve::response::Content;

use crate::status::Status;

/// The status as a page.
pub(crate) struct Page(pub(crate) Status);

/// The status as text.
pub(crate) struct Text(pub(crate) Status);

macro_rules! page {
    ($status:expr) => {
        format_args!(
            "<!DOCTYPE html>\n\
             <html lang=\"en\">\n\
             <meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>A device on I2P</title>\n\
             <h1>A device on I2P</h1>\n\
             <pre>\n{}</pre>\n",
            $status
        )
    };
}

impl Content for Page {
    fn content_type(&self) -> &'static str {
        "text/html; charset=utf-8"
    }

    fn content_length(&self) -> usize {
        page!(self.0).content_length()
    }

    async fn write_content<W: Write>(self, writer: W) -> Result<(), W::Error> {
        page!(self.0).write_content(writer).await
    }
}

impl Content for Text {
    fn content_type(&self) -> &'static str {
        "text/plain; charset=utf-8"
    }

    fn content_length(&self) -> usize {
        format_args!("{}", self.0).content_length()
    }

    async fn write_content<W: Write>(self, writer: W) -> Result<(), W::Error> {
        format_args!("{}", self.0).write_content(writer).await
    }
}
