//! Answers that are packed with gzip for clients that take it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Request, Response};

/// A body below so many bytes gains nothing.
const MIN_BYTES: usize = 512;

/// The same answer, packed if the client takes that and it gains something.
pub fn packed(request: &Request, response: Response) -> Response {
    if response.body.len() < MIN_BYTES || !accepts_gzip(request.header("accept-encoding")) {
        return response;
    }
    match gzip(&response.body) {
        Some(body) => Response { body: body.into(), ..response }.with("content-encoding", "gzip"),
        None => response,
    }
}

/// Whether a client takes gzip, by its `Accept-Encoding`: it names it, or everything, with a weight above 0.
fn accepts_gzip(accept: Option<&str>) -> bool {
    let weight = |wanted: &str| {
        accept?.split(',').find_map(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let names_it = parts.next()?.eq_ignore_ascii_case(wanted);
            let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
            names_it.then(|| weight.map_or(1.0, |weight| weight.trim().parse().unwrap_or(0.0)))
        })
    };
    weight("gzip").or_else(|| weight("*")).is_some_and(|weight: f32| weight > 0.0)
}

/// Packs bytes; `None` if that fails, which it does not in memory.
fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn gzip_is_sent_only_where_it_is_accepted() {
        for (accept, is_gzip) in [
            (None, false),
            (Some("gzip"), true),
            (Some("deflate, GZIP;q=0.5"), true),
            (Some("*"), true),
            (Some("gzip;q=0, *"), false),
            (Some("*;q=0"), false),
            (Some("identity"), false),
            (Some("gzip;q=x"), false),
            (Some("x-gzip-ish"), false),
            (Some(";;,q=1"), false),
        ] {
            assert_eq!(accepts_gzip(accept), is_gzip, "{accept:?}");
        }
    }

    #[test]
    fn packed_text_is_unpacked_to_itself() {
        let text = "a line\n".repeat(10_000);
        let packed = gzip(text.as_bytes()).expect("bytes");
        assert!(packed.len() < text.len() / 50, "{}", packed.len());
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut unpacked).expect("a text");
        assert_eq!(unpacked, text);
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(accept in "[a-z*;=,.0-9 ]{0,40}") {
            accepts_gzip(Some(&accept));
        }
    }
}
