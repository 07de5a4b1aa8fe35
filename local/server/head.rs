//! The head of a request as its bytes arrive: which of the two ways it states its body's length.
//!
//! hyper takes `Content-Length` out of a request that has `Transfer-Encoding` too, so nobody sees it behind hyper. Of
//! requests that are sent ahead of the answer before, some heads are not looked at: hyper reads those in chunks, and
//! closes the connection behind them.

/// How much is kept of a line, in bytes: more than the longest name that is looked for.
const MAX_NAME: usize = 32;

/// A head of which only the names are looked at that state a length.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The beginning of the line that is arriving.
    line: Vec<u8>,
    has_request_line: bool,
    has_length: bool,
    has_encoding: bool,
    /// Its empty line has arrived: what follows is a body.
    is_whole: bool,
}

impl Head {
    /// Takes bytes that have arrived.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.is_whole {
                return;
            }
            match byte {
                b'\n' => self.end_line(),
                _ if self.line.len() < MAX_NAME => self.line.push(*byte),
                _ => {}
            }
        }
    }

    /// Whether it states its body's length in both ways: somebody between the client and us may have read another body
    /// than we would (RFC 9112, 6.1 and 6.3).
    pub(super) fn states_two_lengths(&self) -> bool {
        self.has_length && self.has_encoding
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if line.trim_ascii().is_empty() {
            // Empty lines before the request line do not count.
            self.is_whole = self.has_request_line;
            return;
        }
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let is = |other: &str| self.has_request_line && name.eq_ignore_ascii_case(other.as_bytes());
        (self.has_length, self.has_encoding) =
            (self.has_length || is("content-length"), self.has_encoding || is("transfer-encoding"));
        self.has_request_line = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn states_two_lengths(text: &str, piece: usize) -> bool {
        let mut head = Head::default();
        text.as_bytes().chunks(piece).for_each(|bytes| head.take(bytes));
        head.states_two_lengths()
    }

    #[test]
    fn head_with_both_lengths_is_found_in_whatever_pieces_it_comes() {
        for (text, expected) in [
            ("POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", true),
            ("\r\nPOST / HTTP/1.1\nTRANSFER-ENCODING:chunked\nx: y\ncontent-length:5\n\n", true),
            ("POST / HTTP/1.1\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\n", false),
            ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\ncontent-length: 5\r\n", false),
            (
                "POST / HTTP/1.1\r\nx: content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n",
                false,
            ),
            ("content-length: / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", false),
        ] {
            for piece in [1, 7, 1000] {
                assert_eq!(states_two_lengths(text, piece), expected, "{text:?} {piece}");
            }
        }
    }
}
